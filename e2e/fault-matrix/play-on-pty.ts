import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KUBECTL_DBG } from '../command.ts';
import { TerminalProgram } from '../terminal.ts';
import type { Arena } from './arena.ts';
import type { Cell, Played, Scene } from './cell.ts';
import { commandLine } from './settings.ts';

/** Maximum duration of a cell on a busy machine, in ms. */
const BOUND_MS = 90_000;

/** After the program, prints its exit code and whether the terminal's settings are unchanged. */
const SHELL = `before=$(stty -g); "$@" 2>"$ERRORS"; code=$?
if [ "$before" = "$(stty -g)" ]; then kept=kept; else kept=changed; fi
printf '<<%s %s>>' "$code" "$kept"; read _`;

/** Runs a cell with the built program on a real pseudo-terminal, with default timeouts. */
export async function playOnPty(cell: Cell, arena: Arena, namespace: string): Promise<Played> {
  const { injection } = cell;
  const watched = await arena.open(namespace);
  const home = await mkdtemp(join(tmpdir(), 'kubectl-dbg-pty-'));
  const errors = join(home, 'stderr');
  const faults = (injection.faults?.(cell) ?? []).map((fault) =>
    arena.sandbox.faults.add({ ...fault, match: { ...fault.match, namespace } }),
  );
  const { kubeconfig } = arena.sandbox;
  const env = { PATH: process.env.PATH, HOME: home, TERM: 'xterm', KUBECONFIG: kubeconfig, ERRORS: errors };
  const words = ['-c', SHELL, 'sh', process.execPath, KUBECTL_DBG, ...commandLine(cell, namespace)];
  const begun = performance.now();
  const terminal = new TerminalProgram('sh', words, { env });
  const scene: Scene = {
    ...arena,
    namespace,
    pod: () => watched.pod(),
    signal: (name) => process.kill(childOf(terminal.pid), name),
  };
  try {
    if (injection.act !== undefined) {
      if (injection.act.at === 'streaming') await terminal.until((raw) => raw.includes('line 1'), BOUND_MS);
      else await faults[0]?.untilHit();
      await injection.act.do(scene);
    }
    await terminal.until((raw) => END.test(raw), BOUND_MS);
    const milliseconds = Math.round(performance.now() - begun);
    const [all, code, kept] = END.exec(terminal.raw) ?? [''];
    return {
      code: Number(code),
      milliseconds,
      faults,
      stdout: terminal.raw.slice(0, terminal.raw.indexOf(all)),
      stderr: await readFile(errors, 'utf8'),
      terminal: [...(kept === 'kept' ? [] : ['settings (stty)']), ...terminal.differences()],
      made: watched.made(),
      left: watched.left(),
    };
  } finally {
    terminal.kill('SIGKILL');
    watched.close();
    for (const fault of faults) fault.remove();
    await rm(home, { recursive: true, force: true });
  }
}

const END = /<<(\d+) (\w+)>>/;

/** The process that our shell waits for. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
