import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { matchesSelector } from '../controllers/node-fit.ts';
import { timestamp } from '../store/memory-store.ts';
import type { KubeObject } from '../store/types.ts';
import type { KubeletContext } from './kubelet-context.ts';
import type { PodReporter } from './pod-reporter.ts';

/** Refuses a pod that was bound to this node although its node selector does not match; true if so. */
export function refusePod(context: KubeletContext, reporter: PodReporter): boolean {
  const { store, nodeName, now } = context;
  const { pod } = reporter;
  const node = store.get<KubeObject & Node>('nodes', undefined, nodeName);
  if (node === undefined || matchesSelector(node, pod as unknown as KubeObject & Pod)) return false;
  const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  reporter.record({ type: 'Warning', reason: 'NodeAffinity', message });
  const { generation } = pod.metadata;
  reporter.write({
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: 'Failed',
    message: `Pod was rejected: ${message}`,
    reason: 'NodeAffinity',
    startTime: timestamp(now()),
  });
  return true;
}
