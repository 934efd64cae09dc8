import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, explainApiError, isMissing } from '../../cluster/index.ts';
import { timeoutSignal } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import { type Ownership, withOwnership } from '../../model/ownership.ts';
import type { Plan, Write } from '../../model/plan.ts';
import { explainDuplicate } from '../../plan/duplicates.ts';
import { VERSION } from '../../version.ts';
import { addedContainers, applyWrite, mayHaveHappened } from './apply-write.ts';
import { ANSWER_GRACE_MS, awaitAnswer } from './await-answer.ts';
import { removePod } from './cleanup.ts';
import type { CreatedObject } from './created-objects.ts';
import type { ExecutePlanOptions } from './execute-plan.ts';
import { expectSleeper } from './sleeper-end.ts';
import { tellWaiting } from './tell-waiting.ts';
import type { World } from '../../model/world.ts';
import { identifyPlan } from './identify-plan.ts';

/** Options for writing a plan. */
export type WritePlanOptions = Pick<
  ExecutePlanOptions,
  'cluster' | 'created' | 'session' | 'who' | 'why' | 'on' | 'signal' | 'exec'
> & { request: Pick<ExecutePlanOptions['request'], 'attach' | 'container'>; io: Pick<World, 'now'> };

/** The result: the pod as returned by the server, and the plan with the server's names. */
export interface Written {
  plan: Plan;
  pod: Pod;
}

/**
 * Sends the writes that need not wait. Their objects are registered before the request is sent; those to delete after the
 * session are added to `entries`.
 */
export async function writePlan(
  plan: Plan,
  entries: CreatedObject[],
  options: WritePlanOptions,
): Promise<Written> {
  let written: Written = { plan, pod: plan.pod };
  for (const write of plan.writes.filter(({ after }) => after === 'now')) {
    const pod =
      write.verb === 'create'
        ? await create(plan, write, entries, options)
        : await patch(plan, write, entries, options);
    written = { plan: identifyPlan(plan, pod), pod };
  }
  return written;
}

async function create(
  plan: Plan,
  write: Write,
  entries: CreatedObject[],
  options: WritePlanOptions,
): Promise<Pod> {
  const { cluster, created, session, signal, on } = options;
  const mark = ownershipOf(plan, options, await options.who);
  signal.throwIfAborted();
  const body = withOwnership(write.body as Pod, mark);
  const { namespace = '', name, generateName = '' } = body.metadata ?? {};
  const known = { pods: write.path, name, uid: undefined as string | undefined, session };
  const entry = created.expect({ kind: 'pod', namespace, pod: name ?? `${generateName}*` }, (limit) =>
    removePod(cluster, known, limit),
  );
  const settle = ({ metadata }: Pod) => {
    known.name = metadata?.name ?? name;
    known.uid = metadata?.uid;
    entry.settle(metadata?.name === undefined ? {} : { pod: metadata.name });
  };
  try {
    const answer = awaitAnswer(
      (limit) => applyWrite(cluster, { ...write, body }, limit, { session }),
      signal,
      settle,
      () => on({ kind: 'unanswered-write', object: entry.object }),
    );
    const pod = await tellWaiting(answer, on, 'write', cluster);
    if (plan.cleanup.length > 0) entries.push(entry);
    else entry.forget();
    return pod;
  } catch (error) {
    // After an interruption the object is useless, even if it was meant to stay.
    if (entry.sure || signal.aborted || mayHaveHappened(causeOf(error))) entries.push(entry);
    else entry.forget();
    signal.throwIfAborted();
    throw explainWrite(error, plan);
  }
}

async function patch(
  plan: Plan,
  write: Write,
  entries: CreatedObject[],
  options: WritePlanOptions,
): Promise<Pod> {
  const { cluster, created, signal, on, exec } = options;
  const { namespace = '', name: pod = '' } = plan.pod.metadata ?? {};
  const container = addedContainers(write)[0]?.name ?? '';
  const object = { kind: 'container' as const, namespace, pod, container };
  // It can't be removed from its pod: it is registered for an interruption during its creation.
  const entry = created.expect(object, () => Promise.resolve());
  // A generated name can only be ours, so sending the patch again adds nothing.
  const repeatable = options.request.container === undefined && container === plan.container?.name;
  try {
    const answer = awaitAnswer(
      (limit) => applyWrite(cluster, write, limit, { repeatable }),
      signal,
      () => entry.settle(),
      () => on({ kind: 'unanswered-write', object }),
    );
    return await tellWaiting(answer, on, 'write', cluster);
  } catch (error) {
    if (signal.aborted && (entry.sure || !isRefusal(error))) {
      const sure = entry.sure || (await wasAdded(cluster, write, container));
      // The sleeper would sleep for long: it is told to terminate, as after an interrupted session.
      if (sure && exec !== undefined) {
        entries.push(expectSleeper(cluster, created, { namespace, pod, container }, exec.end));
      } else on({ kind: 'left-behind', object, sure });
    }
    signal.throwIfAborted();
    throw explainWrite(error, plan);
  } finally {
    entry.forget();
  }
}

/** Whether the container of a patch without a response exists, if that can be found out quickly. */
async function wasAdded(
  cluster: ExecutePlanOptions['cluster'],
  write: Write,
  container: string,
): Promise<boolean> {
  const path = write.path.replace(/\/ephemeralcontainers$/, '');
  try {
    const signal = timeoutSignal(ANSWER_GRACE_MS);
    const pod = await cluster.request<Pod>({ method: 'GET', path, signal });
    return pod.spec?.ephemeralContainers?.some(({ name }) => name === container) === true;
  } catch {
    return false;
  }
}

/** The mark for the objects of a plan. */
export function ownershipOf(
  plan: Plan,
  { session, why, io, request }: Pick<WritePlanOptions, 'session' | 'why' | 'io' | 'request'>,
  who: string | undefined,
): Ownership {
  const { metadata, spec } = plan.pod;
  const now = io.now();
  const isPod = plan.workflow !== 'ephemeral';
  const seconds = isPod ? spec?.activeDeadlineSeconds : undefined;
  const container = plan.session?.address.container;
  const replaces = plan.writes.some(({ after }) => after === 'copy-running');
  const kept =
    isPod && !replaces && request.attach && plan.session !== undefined && plan.cleanup.length === 0;
  return {
    session,
    workflow: plan.workflow,
    created: new Date(now).toISOString(),
    version: VERSION,
    ...(plan.source === undefined ? {} : { source: plan.source }),
    ...(who === undefined ? {} : { who }),
    ...(why === undefined ? {} : { why }),
    ...(seconds === undefined ? {} : { until: new Date(now + seconds * 1000).toISOString() }),
    ...(isPod && metadata?.name !== undefined ? { pod: metadata.name } : {}),
    ...(isPod && container !== undefined ? { container } : {}),
    ...(replaces ? { replaces } : {}),
    ...(kept ? { kept } : {}),
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiStatusError && !mayHaveHappened(error);
}

/** The failure of the write itself, which a message for the user may wrap. */
function causeOf(error: unknown): unknown {
  return error instanceof DbgError && error.cause instanceof Error && error.kind !== 'refused'
    ? error.cause
    : error;
}

/** The action of each workflow, after "cannot". */
const ACTIONS = { ephemeral: 'add the debug container', copy: 'create the copy', node: 'create the pod' };

function explainWrite(error: unknown, plan: Plan): unknown {
  if (!(error instanceof ApiStatusError)) return error;
  // The details name a missing pod, but not a missing subresource.
  if (
    plan.workflow === 'ephemeral' &&
    isMissing(error) &&
    error.reason === 'NotFound' &&
    !error.details?.name
  ) {
    return new DbgError(
      'refused',
      'EphemeralContainersDisabled',
      `ephemeral containers are disabled for this cluster (${error.message})`,
    );
  }
  const action = ACTIONS[plan.workflow];
  const duplicate = explainDuplicate(error.serverMessage, plan.pod, plan.workflow);
  if (duplicate !== undefined) {
    const { message, value } = duplicate;
    return new DbgError(
      'refused',
      'AddedTwice',
      `cannot ${action}: ${message} (${error.message})`,
      { value, workflow: plan.workflow },
      { cause: error },
    );
  }
  const older = (plan.pod.spec?.ephemeralContainers ?? []).map(({ name }) => name);
  const added = plan.container?.name;
  return explainApiError(error, {
    action,
    ...(added === undefined ? {} : { containers: { added, older } }),
  });
}
