import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { Node, PersistentVolumeClaim, Service } from 'kubernetes-types/core/v1.d.ts';
import type { Ingress } from 'kubernetes-types/networking/v1.d.ts';
import type { Workload } from '../evidence.ts';
import type { DiagnosisTarget } from '../finding.ts';
import { collectionPath, objectPath, WORKLOADS } from '../kinds.ts';
import type { Reader } from '../reader.ts';
import type { Parts } from './parts.ts';
import { claimList, events, podList, serviceList, sliceList, workloadLists } from './lists.ts';

/** A workload, Service, claim or Ingress, with its pods. */
export async function readObject(
  reader: Reader,
  { kind, namespace = '', name = '' }: DiagnosisTarget,
): Promise<Parts> {
  const found = await reader.require<{ metadata?: object }>(
    `${kind.toLowerCase()} ${name}`,
    objectPath(kind, namespace, name),
  );
  if (found === undefined) return {};
  const object = { ...found, kind };
  const isWorkload = (WORKLOADS as readonly string[]).includes(kind);
  const below = { Deployment: ['ReplicaSet'], CronJob: ['Job'] }[kind] ?? [];
  const kinds = isWorkload ? below : kind === 'Service' ? ['Deployment', 'StatefulSet'] : [];
  const [pods, occurrences, workloads, services, slices, claims, autoscalers] = await Promise.all([
    podList(reader, namespace),
    events(reader, namespace),
    kinds.length === 0 ? undefined : workloadLists(reader, namespace, kinds),
    kind === 'Service'
      ? [object as Service]
      : kind === 'PersistentVolumeClaim' || kind === 'Job'
        ? undefined
        : serviceList(reader, namespace),
    kind === 'PersistentVolumeClaim' || kind === 'Job' ? undefined : sliceList(reader, namespace),
    kind === 'PersistentVolumeClaim' ? [object as PersistentVolumeClaim] : claimList(reader, namespace),
    kind === 'Deployment' || kind === 'StatefulSet'
      ? reader.list<HorizontalPodAutoscaler>(
          'horizontalpodautoscalers',
          collectionPath('HorizontalPodAutoscaler', namespace),
        )
      : undefined,
  ]);
  return {
    pods,
    events: occurrences,
    workloads: isWorkload ? [object as Workload, ...(workloads ?? [])] : workloads,
    services,
    slices,
    claims,
    autoscalers,
    ...(kind === 'Ingress' ? { ingresses: [object as Ingress] } : {}),
  };
}

export async function readNode(reader: Reader, name: string): Promise<Parts> {
  const [node, pods, occurrences] = await Promise.all([
    reader.require<Node>(`node ${name}`, objectPath('Node', undefined, name)),
    podList(reader, undefined, { fieldSelector: `spec.nodeName=${name}` }),
    events(reader, 'default', `involvedObject.kind=Node,involvedObject.name=${name}`),
  ]);
  return { nodes: node === undefined ? undefined : [node], pods, events: occurrences };
}
