import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../cluster/index.ts';
import { DbgError } from '../errors.ts';
import type { DebugRequest, Plan } from '../plan/index.ts';
import { sanitise } from '../sanitise.ts';
import { applyWrite } from '../session/apply.ts';
import { awaitRunning } from '../session/await-running.ts';
import type { Outcome } from '../session/outcome.ts';
import { type Made, remove } from '../session/removal.ts';
import { reattachHint } from '../session/endings.ts';
import { type Patience, runSession, type SessionReport } from '../session/session.ts';
import { turn } from '../turn.ts';
import type { OutputStream, World } from '../world.ts';
import { ProgressLine } from './progress-line.ts';

/** What carrying out a plan needs besides the plan. */
export interface CarryOutOptions {
  cluster: Cluster;
  world: World;
  request: DebugRequest;
  quiet: boolean;
  /** Milliseconds for the container to start; 0: for ever. */
  timeout: number;
  detachKeys: Uint8Array;
  /** `--via exec`: what runs beside the container's own sleeper. */
  exec?: { words: readonly string[]; end: readonly string[] };
  patience?: Patience;
  /** Where the container's stdout and stderr go. */
  stdout: OutputStream;
  stderr: OutputStream;
  /** Shows one line of ours. */
  say: (text: string) => void;
  signal: AbortSignal;
}

/** Writes what a plan says, follows its session, and removes what should not stay. */
export async function carryOut(plan: Plan, options: CarryOutOptions): Promise<SessionReport> {
  const { world, request } = options;
  const begun = world.now();
  const made: Made[] = [];
  let outcome: Outcome | undefined;
  try {
    const writing = write(plan, made, options);
    if (plan.session !== undefined && request.attach) prepareSession(options.cluster).catch(ignore);
    const pod = await writing;
    options.signal.throwIfAborted();
    const failed = await writeLater(plan, pod, options);
    if (failed !== undefined) {
      outcome = failed;
      return reportOf(plan, failed, begun, world.now());
    }
    if (plan.session === undefined || !request.attach) {
      outcome = { kind: 'created' };
      return reportOf(plan, outcome, begun, world.now());
    }
    const report = await follow(plan, pod, options);
    outcome = report.outcome;
    return report;
  } finally {
    // A session that was left on purpose goes on, and nobody waits for one that was only created.
    if (outcome?.kind !== 'detached' && outcome?.kind !== 'created') await cleanUp(made, options);
  }
}

/** Has what comes next ready, while the write is under way and the container starts. */
async function prepareSession(cluster: Cluster): Promise<void> {
  // The write leaves first, then the second connection, whose handshakes take two round trips.
  await turn();
  cluster.prepareUpgrade();
  await turn();
  await cluster.preload();
}

/** Sends what is to be written at once. Never cut off half-way: who knows whether it was stored? */
async function write(plan: Plan, made: Made[], { cluster }: CarryOutOptions): Promise<Pod> {
  let pod = plan.pod;
  const signal = new AbortController().signal;
  for (const write of plan.writes.filter(({ after }) => after === 'now')) {
    try {
      pod = await applyWrite(cluster, write, signal);
    } catch (error) {
      throw explainWrite(error, plan);
    }
    if (write.verb !== 'create') continue;
    made.push(...plan.cleanup.map((removal) => ({ ...removal, uid: pod.metadata?.uid })));
  }
  return pod;
}

/** Sends what waits for the copy to run; returns why it does not, if it never does. */
async function writeLater(
  plan: Plan,
  pod: Pod,
  { cluster, timeout, signal, say }: CarryOutOptions,
): Promise<Outcome | undefined> {
  const later = plan.writes.filter(({ after }) => after === 'copy-running');
  if (later.length === 0) return undefined;
  const failed = await awaitRunning(cluster, pod, timeout, signal);
  if (failed !== undefined) {
    say(`Warning: the original was not deleted: pod ${pod.metadata?.name ?? ''}, its copy, does not run`);
    return failed;
  }
  for (const write of later) {
    try {
      await applyWrite(cluster, write, signal);
    } catch (error) {
      throw explainReplacing(error, pod);
    }
  }
  return undefined;
}

async function follow(plan: Plan, pod: Pod, options: CarryOutOptions): Promise<SessionReport> {
  const { world, quiet, say } = options;
  const session = plan.session;
  if (session === undefined) throw new Error('a plan without a session cannot be followed');
  const { address } = session;
  // By exec, the streams are the exec's, not the sleeping container's.
  const { stdin, tty } = options.exec === undefined ? session : options.request;
  const progress = quiet
    ? undefined
    : new ProgressLine(world.stderr, `container ${address.container}`, sanitise, world.now);
  const raw = tty && stdin && world.stdin.isTTY === true;
  const notices: string[] = [];
  let begun = false;
  try {
    const report = await runSession({
      cluster: options.cluster,
      address,
      pod,
      stdin,
      tty,
      world,
      stdout: options.stdout,
      stderr: options.stderr,
      timeout: options.timeout,
      detachKeys: options.detachKeys,
      ...(options.exec === undefined ? {} : { exec: options.exec }),
      ...(options.patience === undefined ? {} : { patience: options.patience }),
      signal: options.signal,
      listener: {
        progress: (next) => progress?.update(next),
        begins: () => {
          begun = true;
          progress?.end();
          if (raw && !quiet) {
            say('All that is typed and shown here stays in the container log, secrets included.');
            say("If you don't see a command prompt, try pressing enter.");
          }
        },
        notice: (text) => {
          // Not a byte of ours into the user's own terminal stream.
          if (begun && raw) notices.push(text);
          else say(`Warning: ${text}`);
        },
      },
    });
    for (const text of notices) say(`Warning: ${text}`);
    if (report.outcome.kind === 'detached' && !quiet) {
      say(`Detached: container ${address.container} runs on. ${reattachHint(session)}`);
    }
    return report;
  } finally {
    progress?.end();
  }
}

/** Removes what was made for the session; if that fails, says what is left and how to remove it. */
async function cleanUp(made: readonly Made[], { cluster, say }: CarryOutOptions): Promise<void> {
  for (const thing of made) {
    try {
      await remove(cluster, thing);
    } catch (error) {
      const [namespace = '', name = ''] = thing.what.replace(/^pod /, '').split('/');
      const why = error instanceof Error ? error.message : String(error);
      say(
        `Warning: ${thing.what} is left behind (${why}). Remove it with: kubectl delete pod ${name} -n ${namespace}`,
      );
    }
  }
}

/** The copy runs by now, and stands beside the original. */
function explainReplacing(error: unknown, { metadata }: Pod): unknown {
  const { name = '', namespace = '' } = metadata ?? {};
  const failure = error instanceof ApiStatusError ? explainApiError(error) : error;
  if (!(failure instanceof DbgError)) return failure;
  const remedy = failure.remedy === undefined ? '' : `${failure.remedy}. `;
  return new DbgError(
    failure.kind,
    `the original was not deleted, and its copy ${name} runs beside it: ${failure.message}`,
    { remedy: `${remedy}Remove the copy with: kubectl delete pod ${name} -n ${namespace}`, cause: error },
  );
}

function explainWrite(error: unknown, plan: Plan): unknown {
  if (!(error instanceof ApiStatusError)) return error;
  // A missing pod is named in the details; a missing subresource is not.
  if (
    plan.workflow === 'ephemeral' &&
    error.code === 404 &&
    error.reason === 'NotFound' &&
    !error.details?.name
  ) {
    return new DbgError('refused', `ephemeral containers are disabled for this cluster (${error.message})`, {
      remedy: 'Debug a copy of the pod with --copy-to',
    });
  }
  const action = { ephemeral: 'add the debug container', copy: 'create the copy', node: 'create the pod' };
  return explainApiError(error, { action: action[plan.workflow] });
}

function reportOf(plan: Plan, outcome: Outcome, begun: number, ended: number): SessionReport {
  const { namespace = '', name = '' } = plan.pod.metadata ?? {};
  const address = plan.session?.address ?? { namespace, pod: name, container: '' };
  return { address, outcome, begun, ended };
}

function ignore(): void {
  // met again where it is needed
}
