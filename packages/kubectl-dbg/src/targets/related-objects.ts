import type { PersistentVolumeClaim, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { Cluster } from '../cluster/index.ts';
import { apiPaths } from '../model/api-paths.ts';
import type { DebugRequest } from '../model/plan.ts';
import type { Adopter, RelatedObjects } from '../plan/index.ts';

/** Controllers that adopt pods by their labels, and their API groups. */
const ADOPTERS: readonly [kind: string, group: string, plural: string][] = [
  ['ReplicaSet', 'apps', 'replicasets'],
  ['StatefulSet', 'apps', 'statefulsets'],
  ['DaemonSet', 'apps', 'daemonsets'],
  ['ReplicationController', '', 'replicationcontrollers'],
];

/**
 * Reads the objects that a copy could affect: only those that the request makes possible, so that an ordinary copy needs
 * no additional request. A user without the right to read them gets fewer notices, not an error.
 */
export async function readRelatedObjects(
  cluster: Cluster,
  pod: Pod,
  request: DebugRequest,
  signal: AbortSignal,
): Promise<RelatedObjects> {
  const from = pod.metadata?.namespace ?? '';
  const to = request.toNamespace ?? from;
  const fetch = async <T>(path: string): Promise<T | undefined> =>
    cluster.request<T>({ method: 'GET', path, signal }).catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
  const claimNames = (pod.spec?.volumes ?? []).flatMap(
    (volume) => volume.persistentVolumeClaim?.claimName ?? [],
  );
  const claims = await Promise.all(
    claimNames.map((name) =>
      fetch<PersistentVolumeClaim>(apiPaths.object('', from, 'persistentvolumeclaims', name)),
    ),
  );
  const surroundings: RelatedObjects = { claims: claims.filter((claim) => claim !== undefined) };
  const { keep, setImages } = request.copy ?? { keep: undefined, setImages: [] };
  const onlyImages = request.image === undefined && request.words.length === 0 && setImages.length > 0;
  const keepsLabels = keep?.labels === true || (keep?.labelKeys ?? []).length > 0 || onlyImages;
  if (!keepsLabels || Object.keys(pod.metadata?.labels ?? {}).length === 0) return surroundings;
  const services = await fetch<{ items: Service[] }>(apiPaths.collection('', to, 'services'));
  const adopters = await Promise.all(
    ADOPTERS.map(async ([kind, group, plural]): Promise<Adopter[]> => {
      const list = await fetch<{ items: Selecting[] }>(apiPaths.collection(group, to, plural));
      return (list?.items ?? []).flatMap(({ metadata, spec }) => {
        const selector = spec?.selector;
        if (selector === undefined) return [];
        const form =
          kind === 'ReplicationController' ? { matchLabels: selector as Record<string, string> } : selector;
        return [{ kind, name: metadata?.name ?? '', selector: form }];
      });
    }),
  );
  return { ...surroundings, services: services?.items ?? [], adopters: adopters.flat() };
}

interface Selecting {
  metadata?: { name?: string };
  spec?: { selector?: LabelSelector | Record<string, string> };
}
