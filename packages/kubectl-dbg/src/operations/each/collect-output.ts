import { ApiStatusError } from '../../cluster/index.ts';
import { pause } from '../../base/timer.ts';
import type { Address } from '../../model/plan.ts';
import { DbgError } from '../../model/failure.ts';
import type { FleetTarget } from './fleet-target.ts';
import { type KeptOutput, NotKept, OutputSink } from './output-sink.ts';
import { LogReading } from './read-output.ts';
import type { RunContext, Why } from './run-context.ts';
import type { TargetEnd } from './run-target.ts';

/** An output, and what is wrong with it. */
export interface Collected {
  output: KeptOutput;
  failure?: Why;
}

/** The result of a target's attempt. */
export interface Attempt {
  end: TargetEnd;
  /** The container for the command; absent if none was requested. */
  container?: string;
  output?: KeptOutput | undefined;
}

/** Maximum of tries for a log if the server fails, and if the connection breaks. */
const TRIES_OF_SERVER = 3;
const TRIES_OF_CONNECTION = 10;

/** The pause (ms) before a retry; it doubles up to the maximum. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2_000;

/** Opens the sink for a target's output. */
export function openSink(
  target: FleetTarget,
  { directory, request, onOutput }: RunContext,
  address: Address,
): { write: (data: Buffer) => Promise<void>; end: () => Promise<KeptOutput> } {
  const path = [address.namespace, address.pod, `${target.container || address.container}.out`]
    .map(fileName)
    .join('/');
  const sink = new OutputSink(request.maxOutput, directory === undefined ? undefined : { directory, path });
  return {
    write: async (data) => {
      onOutput?.(target, data);
      await sink.write(data);
    },
    end: () => sink.end(),
  };
}

/**
 * A name from the cluster as a file name. An API server allows only these characters, but the response may be from
 * somebody else.
 */
function fileName(name: string): string {
  return name.replace(/^\.+$|[^A-Za-z0-9._-]/g, '_');
}

/**
 * Reads a container's log: while it runs (`follow`), or after it has terminated. A broken read is resumed after the last
 * received byte.
 */
export async function collectOutput(
  target: FleetTarget,
  context: RunContext,
  address: Address,
  { follow, startedAt }: { follow: boolean; startedAt?: string },
): Promise<Collected> {
  const { cluster, onBusy, signal } = context;
  const { write, end } = openSink(target, context, address);
  const reading = new LogReading(cluster, address, { follow, startedAt, write, onBusy, signal });
  for (let tries = 1; ; tries += 1) {
    try {
      if (await reading.read()) return { output: await end() };
      const message = 'its log has lost the beginning of the output: it exceeded the size of the log';
      return { output: await end(), failure: { reason: 'LogRotated', message } };
    } catch (error) {
      if (!signal.aborted && tries < triesFor(error)) {
        await pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)), signal);
        continue;
      }
      const output = await end();
      signal.throwIfAborted();
      if (error instanceof NotKept)
        return { output, failure: { reason: 'OutputNotKept', message: error.message } };
      const words = error instanceof Error ? error.message : String(error);
      return { output, failure: { reason: 'LogUnavailable', message: `its log can't be read: ${words}` } };
    }
  }
}

/** How often to retry after this error: a broken connection, or a failing server or kubelet, may recover. */
function triesFor(error: unknown): number {
  if (error instanceof ApiStatusError) return error.code >= 500 ? TRIES_OF_SERVER : 1;
  const isConnection = error instanceof DbgError && (error.kind === 'lost' || error.kind === 'unreachable');
  return isConnection ? TRIES_OF_CONNECTION : 1;
}

/** A command whose complete output is unknown is not known to have passed. */
export function judged(end: TargetEnd, { output, failure }: Collected): Attempt {
  if (failure === undefined) return { end, output };
  return { end: { ...end, class: 'lost', ...failure }, output: { ...output, truncated: true } };
}
