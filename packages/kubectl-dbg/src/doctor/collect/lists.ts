import type { Event, Node, PersistentVolumeClaim, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import type { Occurrence, Workload } from '../evidence.ts';
import { collectionPath, objectPath, WORKLOADS } from '../kinds.ts';
import { toOccurrence } from '../occurrences.ts';
import type { Reader } from '../reader.ts';
import type { PodView } from '../view/pod-view.ts';

export const events = async (
  reader: Reader,
  namespace: string | undefined,
  fieldSelector?: string,
): Promise<Occurrence[] | undefined> =>
  (
    await reader.list<Event>(
      'events',
      collectionPath('Event', namespace),
      fieldSelector === undefined ? {} : { fieldSelector },
    )
  )?.map(toOccurrence);

export const podList = (
  reader: Reader,
  namespace: string | undefined,
  query: { labelSelector?: string; fieldSelector?: string } = {},
) => reader.list<Pod>('pods', collectionPath('Pod', namespace), query, 'Pod');

export const claimList = (reader: Reader, namespace: string | undefined) =>
  reader.list<PersistentVolumeClaim>(
    'persistentvolumeclaims',
    collectionPath('PersistentVolumeClaim', namespace),
  );
export const serviceList = (reader: Reader, namespace: string | undefined) =>
  reader.list<Service>('services', collectionPath('Service', namespace));
export const sliceList = (reader: Reader, namespace: string | undefined) =>
  reader.list<EndpointSlice>('endpointslices', collectionPath('EndpointSlice', namespace));
export const workloadLists = async (
  reader: Reader,
  namespace: string | undefined,
  kinds: readonly string[] = WORKLOADS,
) => {
  const lists = await Promise.all(
    kinds.map((kind) =>
      reader.list<Workload>(`${kind.toLowerCase()}s`, collectionPath(kind, namespace), {}, kind),
    ),
  );
  return lists.every((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
};

/** The pod's node; all nodes while it has none. */
export async function nodesOf(reader: Reader, view: PodView): Promise<Node[] | undefined> {
  const { node } = view;
  if (node === undefined) return await reader.list<Node>('nodes', collectionPath('Node', undefined));
  const found = await reader.get<Node>(`node ${node}`, objectPath('Node', undefined, node));
  return found === undefined ? undefined : [found];
}
