import { randomInt } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import type { Cluster } from '../../cluster/index.ts';
import type { OnEvent } from '../../model/event.ts';
import { newSessionId } from '../../model/ownership.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Plan } from '../../model/plan.ts';
import type { InputStream, OutputStream } from '../../model/world.ts';
import type { SessionReport } from '../../session/session.ts';
import { parseTarget } from '../../targets/index.ts';
import { explainRefusals } from '../explain-refusals.ts';
import { CreatedObjects } from './created-objects.ts';
import type { SessionWorld } from '../../session/session-options.ts';
import { executePlan } from './execute-plan.ts';
import { makePlans, resolveTargets } from './make-plans.ts';
import { type DebugOptions, requestOfProgram } from './program-request.ts';

/** Settings that all operations have in common. */
export interface OperationOptions {
  /** Stops the operation. Created objects are deleted all the same. The operation rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with each event: notices, warnings, progress, objects that are left behind. */
  on?: OnEvent;
}

/** The streams of a debug session. */
export interface SessionStreams {
  /** Input of the command; its end is the end of the command's stdin. Default: none. */
  stdin?: Readable | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;
  /**
   * Receives the command's output; a slow stream slows down the command. Default: the output is discarded. The streams
   * are never ended.
   */
  stdout?: OutputStream;
  stderr?: OutputStream;
}

/** Settings of a session. */
export interface DebugSettings extends OperationOptions, SessionStreams {
  /** Milliseconds for the container to start; default 5 minutes; 0: no limit. */
  startTimeout?: number;
}

/** Time for a container to start, unless the caller sets another. */
export const START_TIMEOUT_MS = 5 * 60_000;

/**
 * Debugs a pod, a copy of a pod, or a node: creates the container and forwards its streams. Resolves with the `outcome`
 * after the created objects are deleted. The command's own exit code is an outcome, not an error.
 *
 * @throws DbgError if something is refused or not found, and the reason of an aborted `signal`
 *
 * @example
 * const options = { target: 'pod/mypod', image: 'busybox', command: ['id'] };
 * const { outcome } = await debug(cluster, options, { stdout: process.stdout });
 * if (outcome.kind !== 'exited') throw new Error(`the end is not known: ${outcome.kind}`);
 */
export async function debug(
  cluster: Cluster,
  options: DebugOptions,
  settings: DebugSettings = {},
): Promise<SessionReport> {
  const { signal = new AbortController().signal, on = ignore, startTimeout = START_TIMEOUT_MS } = settings;
  const request = requestOfProgram(options, { stdin: settings.stdin !== undefined });
  const plan = await planDebug(cluster, options, { ...settings, signal });
  return await explainRefusals(cluster, signal, async () => {
    const report = await executePlan(plan, {
      cluster,
      request,
      io: ioOf(settings),
      timeout: startTimeout,
      detachKeys: new Uint8Array(),
      session: newSessionId(randomInt),
      created: new CreatedObjects(),
      on,
      signal,
    });
    return unlessAborted(report, signal);
  });
}

/**
 * Returns what `debug` would do, as data: the writes, the objects they create, notices for the user, and what is deleted
 * afterwards. Only reads.
 *
 * @throws DbgError if the target is not found, or can't be debugged as requested
 *
 * @example
 * const plan = await planDebug(cluster, { target: 'node/vm', profile: 'sysadmin', command: ['true'] });
 * for (const { verb, path } of plan.writes) console.log(verb, path);
 */
export async function planDebug(
  cluster: Cluster,
  options: DebugOptions,
  settings: Pick<DebugSettings, 'signal' | 'on' | 'stdin'> = {},
): Promise<Plan> {
  const { signal = new AbortController().signal, on = ignore } = settings;
  const request = requestOfProgram(options, { stdin: settings.stdin !== undefined });
  const words = [parseTarget(options.target)];
  return await explainRefusals(cluster, signal, async () => {
    const targets = await resolveTargets(cluster, { words }, { signal });
    const [plan] = await makePlans(cluster, request, targets, { draw: randomInt, signal });
    if (plan === undefined) throw new Error('one target gives one plan');
    for (const { level, code, text } of plan.notices) {
      on({ kind: level === 'warning' ? 'warning' : 'notice', code, text });
    }
    return plan;
  });
}

/**
 * Outcomes of a session that its signal alone can cause. If the command exited, its own outcome is kept, even if the
 * signal came during the clean-up.
 */
const ENDS_OF_ABORT: ReadonlySet<Outcome['kind']> = new Set(['lost', 'interrupted', 'broken-pipe']);

/** Returns the report of a session, or throws the signal's reason if the session ended because of it. */
export function unlessAborted(report: SessionReport, signal: AbortSignal): SessionReport {
  if (ENDS_OF_ABORT.has(report.outcome.kind)) signal.throwIfAborted();
  return report;
}

/** Converts the streams of a program for a session. */
export function ioOf({ stdin, stdout = dropped(), stderr = dropped() }: SessionStreams): SessionWorld {
  return {
    stdin: inputOf(stdin),
    stdout,
    stderr,
    now: () => Date.now(),
    // A program handles signals itself.
    onSignal: () => ignore,
    passOutput: () => ignore,
    suspend: ignore,
  };
}

function inputOf(stdin: SessionStreams['stdin']): InputStream {
  if (stdin === undefined) return Readable.from([]);
  return stdin instanceof Readable ? stdin : Readable.from(stdin, { objectMode: false });
}

function dropped(): OutputStream {
  return new PassThrough().resume();
}

function ignore(): void {
  // nobody listens
}
