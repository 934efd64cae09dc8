import type { Cluster } from '../../cluster/index.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import type { SessionReport } from '../../session/session.ts';
import { parseTarget } from '../../targets/index.ts';
import {
  type DebugSettings,
  ioOf,
  type OperationOptions,
  START_TIMEOUT_MS,
  unlessAborted,
} from '../debug/debug.ts';
import { explainRefusals } from '../explain-refusals.ts';
import { attachToSession } from './attach.ts';
import { type CleanReport, executeClean, planClean } from './clean.ts';
import { findSession, parseSession } from './find-session.ts';
import type { CleanCriteria } from './judge-pod.ts';
import { listSessionPods } from './list.ts';
import { stopFound, type StopResult } from './stop.ts';

/** Which sessions; default: all in the cluster's current namespace. */
export interface SessionsOptions extends Pick<OperationOptions, 'signal'> {
  namespace?: string;
  /** In every namespace. */
  allNamespaces?: boolean;
  /** Labels of the pods. */
  selector?: string;
}

/**
 * Lists debug sessions of all tools: ephemeral containers, copies, node pods.
 *
 * @param options.target only those in a pod or the pods of a workload, including copies of them, or on a node
 * @throws DbgError
 *
 * @example
 * for (const { session, state } of await listSessions(cluster)) {
 *   if (state === 'running') await stopSession(cluster, session);
 * }
 */
export async function listSessions(
  cluster: Cluster,
  options: SessionsOptions & { target?: string } = {},
): Promise<DebugSession[]> {
  const { signal = new AbortController().signal, target } = options;
  const selection = selectionOf(cluster, options);
  const word = target === undefined ? undefined : parseTarget(target);
  const pods = await explainRefusals(cluster, signal, () =>
    listSessionPods(cluster, { ...selection, target: word }, signal),
  );
  return pods.flatMap(({ sessions }) => sessions);
}

/**
 * Attaches to a session: forwards all earlier output, then new output. Resolves with the outcome.
 *
 * @param session `POD/CONTAINER`, `NAMESPACE/POD/CONTAINER`, or a pod with one session
 * @throws DbgError, and the reason of an aborted `signal`
 */
export async function attach(
  cluster: Cluster,
  session: string,
  settings: DebugSettings = {},
): Promise<SessionReport> {
  const { signal = new AbortController().signal, on = () => undefined } = settings;
  return await explainRefusals(cluster, signal, async () => {
    const found = await findSession(cluster, parseSession(session), signal);
    const report = await attachToSession(found, {
      cluster,
      io: ioOf(settings),
      stdin: settings.stdin !== undefined,
      timeout: settings.startTimeout ?? START_TIMEOUT_MS,
      detachKeys: new Uint8Array(),
      on,
      signal,
    });
    return unlessAborted(report, signal);
  });
}

/** Stops a session, like `kubectl dbg stop`. Throws DbgError (refused) if that is impossible. */
export async function stopSession(
  cluster: Cluster,
  session: string,
  { signal = new AbortController().signal }: Pick<OperationOptions, 'signal'> = {},
): Promise<StopResult> {
  return await explainRefusals(cluster, signal, async () =>
    stopFound(await findSession(cluster, parseSession(session), signal), cluster, { signal }),
  );
}

/**
 * Deletes copies and node pods that are expired or terminated, or that match the criteria. The report lists pods that
 * can't be deleted. Throws DbgError if the pods can't be listed.
 *
 * @example
 * const { removed } = await cleanSessions(cluster, { allNamespaces: true, dryRun: true });
 * console.log(`${removed.length} would be removed`);
 *
 * @param options.dryRun removes nothing: `removed` is what would be
 */
export async function cleanSessions(
  cluster: Cluster,
  options: SessionsOptions & CleanCriteria & { dryRun?: boolean } = {},
): Promise<CleanReport> {
  const { signal = new AbortController().signal, dryRun = false } = options;
  const time = { now: Date.now(), signal };
  return await explainRefusals(cluster, signal, async () => {
    const plan = await planClean(cluster, selectionOf(cluster, options), options, time);
    if (dryRun) return { removed: plan.remove, kept: plan.keep, failed: [] };
    const report = await executeClean(cluster, plan, options, time);
    signal.throwIfAborted();
    return report;
  });
}

function selectionOf(
  cluster: Cluster,
  { namespace = cluster.namespace, allNamespaces = false, selector }: SessionsOptions,
): { namespace: string | undefined; labelSelector: string | undefined } {
  return { namespace: allNamespaces ? undefined : namespace, labelSelector: selector };
}
