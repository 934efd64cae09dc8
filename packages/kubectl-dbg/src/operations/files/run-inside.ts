import { randomInt } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import type { OnEvent } from '../../model/event.ts';
import { newSessionId } from '../../model/ownership.ts';
import { makeSleeper } from '../../plan/index.ts';
import type { SessionReport } from '../../session/session.ts';
import { parseTarget } from '../../targets/index.ts';
import { CreatedObjects } from '../debug/created-objects.ts';
import { executePlan } from '../debug/execute-plan.ts';
import { makePlans, resolveTargets } from '../debug/make-plans.ts';
import { type DebugOptions, requestOfProgram } from '../debug/program-request.ts';

/** Options for running a command by exec in a new debug container. */
export interface RunInsideOptions {
  cluster: Cluster;
  debug: DebugOptions;
  stdin?: Readable;
  stdout: Writable;
  stderr: Writable;
  /** Milliseconds for the container to start; 0: no limit. */
  startTimeout: number;
  created?: CreatedObjects | undefined;
  on: OnEvent;
  signal: AbortSignal;
}

/**
 * Runs a command by exec, whose streams are exact, in a new debug container that is terminated afterwards.
 *
 * @throws DbgError if something is refused or not found, and the reason of an aborted `signal`
 */
export async function runInside(words: readonly string[], options: RunInsideOptions): Promise<SessionReport> {
  const { cluster, debug, stdin, stdout, stderr, startTimeout, on, signal } = options;
  const { created = new CreatedObjects() } = options;
  const request = requestOfProgram({ ...debug, command: words }, { stdin: stdin !== undefined });
  const sleeper = makeSleeper(randomInt);
  try {
    const targets = await resolveTargets(cluster, { words: [parseTarget(debug.target)] }, { signal });
    const [plan] = await makePlans(cluster, request, targets, { draw: randomInt, signal }, { sleeper });
    if (plan === undefined) throw new Error('one target gives one plan');
    for (const { level, code, text } of plan.notices) {
      on({ kind: level === 'warning' ? 'warning' : 'notice', code, text });
    }
    const { Readable: AnyReadable } = await import('node:stream');
    return await executePlan(plan, {
      cluster,
      request,
      io: {
        stdin: stdin ?? AnyReadable.from([]),
        stdout,
        stderr,
        now: () => Date.now(),
        onSignal: () => ignore,
        passOutput: () => ignore,
        suspend: ignore,
      },
      timeout: startTimeout,
      detachKeys: new Uint8Array(),
      exec: { words, end: sleeper.end },
      session: newSessionId(randomInt),
      created,
      on,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
  }
}

function ignore(): void {
  // a program handles signals itself
}
