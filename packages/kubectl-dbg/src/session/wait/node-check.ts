import type { Node } from 'kubernetes-types/core/v1.d.ts';
import { pause } from '../../base/timer.ts';
import { isMissing } from '../../cluster/is-missing.ts';
import type { Cluster } from '../../cluster/types.ts';
import { statusCodeOf } from '../status-code.ts';
import type { Diagnosis } from './diagnosis.ts';
import { apiPaths } from '../../model/api-paths.ts';

/** Times for checking a pod's node, in ms. */
export interface NodeCheckTimes {
  /** Before the first check: most containers run by then. */
  first: number;
  /** Between checks. */
  every: number;
}

export const NODE_CHECK_TIMES: NodeCheckTimes = { first: 5_000, every: 5_000 };

/** HTTP statuses that will not change in a moment. */
const REFUSED: ReadonlySet<number> = new Set([401, 403]);

/** A kubelet may report for moments that it is not ready: the wait stops at this check. */
const LOOKS_NOT_READY = 3;

/**
 * Checks the node of a starting container repeatedly, until `signal` is aborted; a node that can start nothing is
 * reported once. Without the right to read nodes it ends silently.
 */
export async function watchNode(
  cluster: Pick<Cluster, 'request'>,
  nodeName: () => string | undefined,
  signal: AbortSignal,
  report: (diagnosis: Diagnosis) => void,
  times: NodeCheckTimes = NODE_CHECK_TIMES,
): Promise<void> {
  let notReady = 0;
  try {
    for (await pause(times.first, signal); ; await pause(times.every, signal)) {
      const name = nodeName();
      if (name === undefined) continue;
      const found = await read(cluster, name, signal);
      if (found === 'refused') return;
      if (found === 'unknown') continue;
      const why = diagnoseNode(name, found === 'missing' ? undefined : found);
      notReady = why === undefined ? 0 : notReady + 1;
      if (why === undefined || (why.reason === 'NodeNotReady' && notReady < LOOKS_NOT_READY)) continue;
      report(why);
      return;
    }
  } catch {
    // The wait is over.
  }
}

async function read(
  cluster: Pick<Cluster, 'request'>,
  name: string,
  signal: AbortSignal,
): Promise<Node | 'missing' | 'refused' | 'unknown'> {
  try {
    return await cluster.request<Node>({
      method: 'GET',
      path: apiPaths.node(name),
      signal,
    });
  } catch (error) {
    if (isMissing(error)) return 'missing';
    // Without the right to read nodes the pod's own status must be enough.
    return REFUSED.has(statusCodeOf(error) ?? 0) ? 'refused' : 'unknown';
  }
}

/** Why nothing will start on a node; `node` is undefined if it does not exist. */
export function diagnoseNode(name: string, node: Node | undefined): Diagnosis | undefined {
  if (node === undefined) {
    return {
      reason: 'NodeNotFound',
      message: `node ${name} does not exist: nothing starts on it`,
      failure: { code: 'NodeNotFound', facts: { node: name } },
    };
  }
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || ready.status === 'True') return undefined;
  const why = ready.message === undefined || ready.message === '' ? '' : `: ${ready.message}`;
  return ready.status === 'Unknown'
    ? {
        reason: 'NodeUnreachable',
        message: `node ${name} does not answer${why}`,
        failure: { code: 'NodeUnreachable', facts: { node: name } },
      }
    : {
        reason: 'NodeNotReady',
        message: `node ${name} is not ready${why}`,
        failure: { code: 'NodeNotReady', facts: { node: name } },
      };
}
