import type { Readable, Writable } from 'node:stream';
import { pause } from '../../base/timer.ts';
import {
  ApiStatusError,
  type Cluster,
  explainApiError,
  type RemoteCommand,
  type RemoteCommandOptions,
} from '../../cluster/index.ts';
import { defaultContainer } from '../../plan/target.ts';
import { relayOutput } from '../../session/stream/relay.ts';
import { sendInput } from '../../session/terminal/input.ts';
import { parseTarget } from '../../targets/index.ts';
import { resolveTargets } from '../debug/make-plans.ts';
import type { ScriptEnd } from './script-end.ts';
import { unfitness } from './unfitness.ts';

export interface RunDirectOptions {
  cluster: Cluster;
  target: string;
  targetContainer?: string;
  stdin?: Readable;
  stdout: Writable;
  stderr: Writable;
  signal: AbortSignal;
  /** Pauses (ms) before an exec is sent again. */
  pauses?: readonly number[];
}

/** Pauses (ms) before an exec that a gateway answered is sent again: it was not started. */
const PAUSES_MS = [250, 500, 1_000, 2_000];

/** HTTP statuses of a gateway that does not reach what is behind it. */
const GATEWAY = new Set([502, 503, 504]);

/** Responses to an exec that the debug container's exec would also get. */
const FINAL = new Set([401, 403, 404]);

/**
 * Runs a command by exec in the target itself: nothing is created.
 *
 * @throws DbgError if something is refused or not found, and the reason of an aborted `signal`
 */
export async function runDirect(words: readonly string[], options: RunDirectOptions): Promise<ScriptEnd> {
  const { cluster, target, targetContainer, stdin, stdout, stderr, signal, pauses = PAUSES_MS } = options;
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const unfit = unfitness('lacking', ['sh'], { path: '', way: 'exec' });
  try {
    cluster.prepareUpgrade();
    const [found] = await resolveTargets(cluster, { words: [parseTarget(target)] }, { signal });
    if (found?.target.kind !== 'pod') throw unfit;
    const { pod } = found.target;
    const container = targetContainer ?? defaultContainer(pod)?.name ?? '';
    const command = await openExec(cluster, pauses, {
      namespace: pod.metadata?.namespace ?? cluster.namespace,
      pod: pod.metadata?.name ?? '',
      container,
      command: words,
      stdin: stdin !== undefined,
      stdout: true,
      stderr: true,
      tty: false,
      signal: ended,
    });
    const sending =
      stdin === undefined ? undefined : sendInput(stdin, command, undefined, ended).catch(ignore);
    const { end, complete } = await relayOutput(command, stdout, stderr);
    over.abort();
    await sending;
    signal.throwIfAborted();
    if (!complete) return { kind: 'lost', message: 'nobody reads it any longer' };
    if (end === undefined) return { kind: 'lost', message: 'the connection broke off' };
    if (end.kind === 'success') return { kind: 'exited', code: 0 };
    if (end.kind === 'exit') return { kind: 'exited', code: end.code };
    // The runtime could not run it.
    throw unfit;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApiStatusError)) throw error;
    throw FINAL.has(error.code) || isOfGateway(error)
      ? explainApiError(error, { server: cluster.server })
      : unfit;
  } finally {
    over.abort();
  }
}

/** Opens an exec; a gateway that does not reach the API server is asked a few times. */
async function openExec(
  cluster: Pick<Cluster, 'exec'>,
  pauses: readonly number[],
  options: RemoteCommandOptions & { command: readonly string[]; signal: AbortSignal },
): Promise<RemoteCommand> {
  for (const wait of pauses) {
    try {
      return await cluster.exec(options);
    } catch (error) {
      if (!(error instanceof ApiStatusError) || !isOfGateway(error)) throw error;
      await pause(wait, options.signal);
    }
  }
  return await cluster.exec(options);
}

/** The response comes neither from the API server nor from the kubelet. */
function isOfGateway({ form, code }: ApiStatusError): boolean {
  return form === 'page' || form === 'empty' || (form === 'text' && GATEWAY.has(code));
}

function ignore(): void {
  // the end of the output shows it
}
