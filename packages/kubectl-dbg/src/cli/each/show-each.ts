import { sanitise } from '../../base/sanitise.ts';
import { targetName } from '../../model/report.ts';
import type { OnEvent } from '../../model/event.ts';
import type { World } from '../../model/world.ts';
import type { EachEvent } from '../../operations/each/each.ts';
import type { FleetTarget } from '../../operations/each/fleet-target.ts';
import type { EachProgress } from './each-progress.ts';
import type { EachFlags } from './each-request.ts';

/** Shows the events of a run: its progress, and lines of output as they arrive. */
export function showEach(
  progress: EachProgress,
  world: World,
  options: EachFlags,
  onMade: OnEvent,
  say: (text: string) => void,
): (event: EachEvent) => void {
  const lines =
    options.prefix === true
      ? new PrefixedLines((text) => progress.interrupt(() => world.stdout.write(text)))
      : undefined;
  return (event) => {
    switch (event.kind) {
      case 'selected':
        progress.selected(event.targets);
        return;
      case 'started':
        progress.started(nameOf(event.target));
        return;
      case 'output':
        lines?.write(nameOf(event.target), event.data);
        return;
      case 'finished':
        if (options.prefix === true) lines?.end(targetName(event.result), event.output);
        progress.finished(event.result);
        return;
      case 'unwritten':
        progress.interrupt(() => say(`No new targets are started: ${event.error.message}`));
        return;
      case 'made':
        onMade(event.event);
    }
  };
}

function nameOf({ namespace, pod, container, node }: FleetTarget): string {
  return [namespace, pod === '' ? (node ?? '') : pod, container].filter((part) => part !== '').join('/');
}

/** Prints only complete lines, so that lines of different targets never mix. */
class PrefixedLines {
  readonly #print: (text: string) => void;
  readonly #rest = new Map<string, string>();
  readonly #seen = new Set<string>();

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  write(name: string, data: Buffer): void {
    this.#seen.add(name);
    const text = (this.#rest.get(name) ?? '') + data.toString('utf8');
    const lines = text.split('\n');
    this.#rest.set(name, lines.pop() ?? '');
    if (lines.length > 0)
      this.#print(lines.map((line) => `[${sanitise(name)}] ${sanitise(line)}\n`).join(''));
  }

  end(name: string, output: string): void {
    if (!this.#seen.has(name)) this.write(name, Buffer.from(output));
    const rest = this.#rest.get(name) ?? '';
    if (rest !== '') this.#print(`[${sanitise(name)}] ${sanitise(rest)}\n`);
    this.#rest.delete(name);
  }
}
