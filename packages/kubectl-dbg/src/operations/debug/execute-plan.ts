import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster } from '../../cluster/index.ts';
import { yieldToEventLoop } from '../../base/yield-to-event-loop.ts';
import type { OnEvent } from '../../model/event.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { DebugRequest, Plan } from '../../model/plan.ts';
import type { ExecWords, SessionWorld } from '../../session/session-options.ts';
import { runSession, type SessionReport, type SessionTimeouts } from '../../session/session.ts';
import { cleanUp } from './cleanup.ts';
import type { CreatedObject, CreatedObjects } from './created-objects.ts';
import { noteWhy } from './note-why.ts';
import { expectSleeper } from './sleeper-end.ts';
import { writePlan } from './write-plan.ts';

/** Options for the execution of a plan. */
export interface ExecutePlanOptions {
  cluster: Cluster;
  request: Pick<DebugRequest, 'attach' | 'stdin' | 'tty' | 'container'>;
  /** The streams of a session, and what it needs from their process. */
  io: SessionWorld;
  /** Milliseconds for the container to start; 0: no limit. */
  timeout: number;
  /** Bytes that detach a terminal session and leave the process running; empty to disable that. */
  detachKeys: Uint8Array;
  /** `--via exec`: the command that runs next to the container's own sleeper. */
  exec?: ExecWords;
  patience?: SessionTimeouts;
  /** Id of this run of the program, for the mark of created objects. */
  session: string;
  /** The user's name, which never rejects, and the reason, for the mark. */
  who?: Promise<string | undefined> | undefined;
  why?: string | undefined;
  /** Every created object is registered here, and removed from it after its deletion. */
  created: CreatedObjects;
  on: OnEvent;
  /** Aborts everything; created objects are deleted all the same. */
  signal: AbortSignal;
}

/**
 * Executes the writes of a plan, follows its session, and deletes what should not stay, whatever happens. Throws
 * DbgError, and the signal's reason once it is aborted.
 */
export async function executePlan(plan: Plan, options: ExecutePlanOptions): Promise<SessionReport> {
  const { request, io, on, signal } = options;
  const begun = io.now();
  const entries: CreatedObject[] = [];
  let outcome: Outcome | undefined;
  let noting: Promise<void> | undefined;
  try {
    const writing = writePlan(plan, entries, options);
    if (plan.session !== undefined && request.attach) prepareSession(options.cluster).catch(ignore);
    const written = await writing;
    noting = noteWhy(written.plan, written.pod, options);
    const failed = await writeLater(written.plan, written.pod, options);
    if (failed !== undefined) {
      outcome = failed;
      return reportOf(written.plan, failed, begun, io.now());
    }
    const { session } = written.plan;
    if (session === undefined || !request.attach) {
      if (session !== undefined) on({ kind: 'created', ...session });
      outcome = { kind: 'created' };
      return reportOf(written.plan, outcome, begun, io.now());
    }
    const report = await follow(written.plan, written.pod, entries, options);
    outcome = report.outcome;
    return report;
  } finally {
    // A detached session continues, and nobody waits for one that was only created.
    await noting;
    if (outcome?.kind === 'detached' || outcome?.kind === 'created')
      for (const entry of entries) entry.forget();
    else await cleanUp(entries, on, signal);
  }
}

/** Prepares the next steps during the write and while the container starts. */
async function prepareSession(cluster: Cluster): Promise<void> {
  // Send the write first, then open the second connection, whose handshakes take two round trips.
  await yieldToEventLoop();
  cluster.prepareUpgrade();
  await yieldToEventLoop();
  await cluster.preload();
}

/** Sends the write that waits for the copy to run. Returns why it does not run, if it never does. */
async function writeLater(plan: Plan, copy: Pod, options: ExecutePlanOptions): Promise<Outcome | undefined> {
  const later = plan.writes.find(({ after }) => after === 'copy-running');
  if (later === undefined) return undefined;
  const { replaceOriginal } = await import('./replace-original.ts');
  return await replaceOriginal(later, { ...options, copy });
}

/** Outcomes in which the user leaves without a message about the container. */
const LEFT_BY: ReadonlySet<Outcome['kind']> = new Set(['interrupted', 'broken-pipe']);

async function follow(
  plan: Plan,
  pod: Pod,
  entries: CreatedObject[],
  options: ExecutePlanOptions,
): Promise<SessionReport> {
  const { session } = plan;
  if (session === undefined) throw new Error('a plan without a session cannot be followed');
  const { io, on, exec, patience } = options;
  const { address } = session;
  // With exec, the streams belong to the exec, not to the sleeping container.
  const { stdin, tty } = exec === undefined ? session : options.request;
  // In a pod that is deleted the sleeper need not be terminated.
  const sleeper =
    exec === undefined || entries.length > 0
      ? undefined
      : expectSleeper(options.cluster, options.created, address, exec.end);
  if (sleeper !== undefined) entries.push(sleeper);
  const raw = tty && stdin && io.stdin.isTTY === true;
  try {
    const report = await runSession({
      cluster: options.cluster,
      address,
      pod,
      stdin,
      tty,
      world: io,
      stdout: io.stdout,
      stderr: io.stderr,
      timeout: options.timeout,
      detachKeys: options.detachKeys,
      ...(exec === undefined
        ? {}
        : { exec: { ...exec, words: [...(plan.execPrefix ?? []), ...exec.words] } }),
      ...(patience === undefined ? {} : { patience }),
      signal: options.signal,
      listener: {
        progress: (progress) => on({ kind: 'progress', address, progress }),
        begins: () => on({ kind: 'output-begins', address, raw }),
        notice: ({ code, text }) => on({ kind: 'warning', code, text, always: true }),
      },
    });
    // A session that reached the exec has terminated the sleeper.
    if (report.isSleeperTold === true || report.outcome.kind === 'never-started') {
      sleeper?.forget();
      entries.splice(0, entries.length, ...entries.filter((entry) => entry !== sleeper));
    }
    // What is deleted now is nothing to attach to again.
    if (plan.cleanup.length > 0 && 'runsOn' in report.outcome) delete report.outcome.runsOn;
    on({ kind: 'ended' });
    if (report.outcome.kind === 'detached') on({ kind: 'detached', ...session });
    // An ephemeral container can't be removed from its pod, and its program may run on for as long as it likes.
    const left = report.runsOn === true && LEFT_BY.has(report.outcome.kind);
    if (left && exec === undefined && plan.workflow === 'ephemeral') {
      on({ kind: 'left-behind', object: { kind: 'container', ...address }, sure: true });
    }
    return report;
  } finally {
    on({ kind: 'ended' });
  }
}

function reportOf(plan: Plan, outcome: Outcome, begun: number, ended: number): SessionReport {
  const { namespace = '', name = '' } = plan.pod.metadata ?? {};
  const address = plan.session?.address ?? { namespace, pod: name, container: '' };
  return { address, outcome, begun, ended };
}

function ignore(): void {
  // handled where the value is needed
}
