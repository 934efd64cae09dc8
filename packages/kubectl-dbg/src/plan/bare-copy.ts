import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { CopyRequest } from '../model/plan.ts';

/** Annotations of mirror pods, which only a kubelet may write. */
const KUBELET_ANNOTATIONS = [
  'kubernetes.io/config.hash',
  'kubernetes.io/config.mirror',
  'kubernetes.io/config.seen',
  'kubernetes.io/config.source',
];

/** The pod without its runtime state: status, owners, versions, node, ephemeral containers. */
export function bareCopy(pod: Pod, copy: CopyRequest, toNamespace: string | undefined): Pod {
  const spec = structuredClone(pod.spec ?? { containers: [] });
  delete spec.ephemeralContainers;
  if (!copy.sameNode) delete spec.nodeName;
  if (copy.node !== undefined) spec.nodeName = copy.node;
  if (copy.shareProcesses !== undefined) spec.shareProcessNamespace = copy.shareProcesses;
  const metadata: NonNullable<Pod['metadata']> = { name: copy.name };
  const namespace = toNamespace ?? pod.metadata?.namespace;
  if (namespace !== undefined) metadata.namespace = namespace;
  if (pod.metadata?.labels !== undefined) metadata.labels = { ...pod.metadata.labels };
  const annotations = Object.entries(pod.metadata?.annotations ?? {}).filter(
    ([key]) => !KUBELET_ANNOTATIONS.includes(key),
  );
  if (annotations.length > 0) metadata.annotations = Object.fromEntries(annotations);
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}
