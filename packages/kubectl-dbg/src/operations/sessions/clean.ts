import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError, isMissing } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { DbgError } from '../../model/failure.ts';
import { deleteExactPod } from '../delete-pod.ts';
import { type CleanCriteria, judgePod } from './judge-pod.ts';
import { listSessionPods, type SessionSelection } from './list.ts';
import { sessionsOf } from './recognise.ts';

/** A debug pod, and what a clean-up does with it. */
export interface CleanEntry {
  session: DebugSession;
  /** Why it is deleted or kept. */
  why: string;
  /** It is kept because another tool created it. */
  foreign?: true;
}

/** What a clean-up would do. */
export interface CleanPlan {
  remove: (CleanEntry & { uid: string; resourceVersion: string })[];
  keep: CleanEntry[];
}

/** The result of a clean-up. */
export interface CleanReport {
  removed: CleanEntry[];
  kept: CleanEntry[];
  failed: (CleanEntry & { error: DbgError })[];
  /** Aborted: it is unknown whether these were deleted. */
  unknown?: CleanEntry[];
}

/** Parallel deletions. */
const PARALLEL = 10;

/** How often a pod that changes between the check and its deletion is checked again. */
const LOOKS = 5;

/** Lists the debug pods of a selection and judges each of them. Throws ApiStatusError, DbgError. */
export async function planClean(
  cluster: Pick<Cluster, 'request' | 'namespace'>,
  selection: SessionSelection,
  criteria: CleanCriteria,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<CleanPlan> {
  const plan: CleanPlan = { remove: [], keep: [] };
  for (const { pod, sessions } of await listSessionPods(cluster, selection, signal)) {
    const entry = judge(pod, sessions, criteria, now);
    if (entry === undefined) continue;
    const { remove, ...judged } = entry;
    if (remove) plan.remove.push(judged);
    else plan.keep.push(judged);
  }
  return plan;
}

/**
 * Executes a plan. Each pod is deleted only in the state in which it was judged; a changed pod is judged again. When
 * `signal` is aborted it resolves with what was done so far.
 */
export async function executeClean(
  cluster: Pick<Cluster, 'request' | 'server'>,
  plan: CleanPlan,
  criteria: CleanCriteria,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<CleanReport> {
  const report: CleanReport = { removed: [], kept: [...plan.keep], failed: [] };
  const left = plan.remove.values();
  const work = async () => {
    for (const entry of left) {
      if (signal.aborted) return;
      try {
        const stays = await remove(cluster, entry, criteria, { now, signal });
        if (stays === undefined) report.removed.push(entry);
        else report.kept.push({ session: entry.session, why: stays });
      } catch (error) {
        if (signal.aborted) {
          (report.unknown ??= []).push(entry);
          return;
        }
        const failure =
          error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
        if (!(failure instanceof DbgError)) throw failure;
        report.failed.push({ ...entry, error: failure });
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return report;
}

/** Returns why the pod is kept, if it is. */
async function remove(
  cluster: Pick<Cluster, 'request'>,
  entry: CleanPlan['remove'][number],
  criteria: CleanCriteria,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<string | undefined> {
  const { namespace, pod: name } = entry.session;
  let { resourceVersion } = entry;
  for (let look = 0; look < LOOKS; look++) {
    const exact = { namespace, pod: name, uid: entry.uid, resourceVersion };
    if ((await deleteExactPod(cluster, exact, signal)) !== 'changed') return undefined;
    const pod = await reread(cluster, { namespace, pod: name }, signal);
    if (pod === undefined || pod.metadata?.uid !== entry.uid) return undefined;
    const again = judge(pod, sessionsOf(pod), criteria, now);
    if (again?.remove !== true) return again?.why ?? 'it is no longer a debugging pod';
    ({ resourceVersion } = again);
  }
  return 'it keeps changing';
}

async function reread(
  cluster: Pick<Cluster, 'request'>,
  address: { namespace: string; pod: string },
  signal: AbortSignal,
): Promise<Pod | undefined> {
  try {
    return await cluster.request<Pod>({ method: 'GET', path: apiPaths.pod(address), signal });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function judge(
  pod: Pod,
  sessions: readonly DebugSession[],
  criteria: CleanCriteria,
  now: number,
): (CleanPlan['remove'][number] & { remove: boolean }) | undefined {
  const session = sessions.find(({ workflow }) => workflow !== 'ephemeral');
  if (session === undefined) return undefined;
  const verdict = judgePod(pod, session, criteria, now);
  if (verdict === undefined) return undefined;
  const { uid = '', resourceVersion = '' } = pod.metadata ?? {};
  return { ...verdict, session, uid, resourceVersion };
}
