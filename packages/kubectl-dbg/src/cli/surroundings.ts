import type { PersistentVolumeClaim, Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { Cluster } from '../cluster/index.ts';
import type { Adopter, CopySurroundings, DebugRequest } from '../plan/index.ts';

/** Controllers that adopt pods by their labels, and where they live. */
const ADOPTERS: readonly [kind: string, path: string][] = [
  ['ReplicaSet', '/apis/apps/v1/namespaces/NS/replicasets'],
  ['StatefulSet', '/apis/apps/v1/namespaces/NS/statefulsets'],
  ['DaemonSet', '/apis/apps/v1/namespaces/NS/daemonsets'],
  ['ReplicationController', '/api/v1/namespaces/NS/replicationcontrollers'],
];

/**
 * Reads what a copy could disturb: only what the request makes possible, so that an ordinary copy costs no request
 * more. Whoever may not read these things gets fewer notices, not an error.
 */
export async function readSurroundings(
  cluster: Cluster,
  pod: Pod,
  request: DebugRequest,
  signal: AbortSignal,
): Promise<CopySurroundings> {
  const from = encodeURIComponent(pod.metadata?.namespace ?? '');
  const to = encodeURIComponent(request.toNamespace ?? pod.metadata?.namespace ?? '');
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
      fetch<PersistentVolumeClaim>(
        `/api/v1/namespaces/${from}/persistentvolumeclaims/${encodeURIComponent(name)}`,
      ),
    ),
  );
  const surroundings: CopySurroundings = { claims: claims.filter((claim) => claim !== undefined) };
  const { keep, setImages } = request.copy ?? { keep: undefined, setImages: [] };
  const onlyImages = request.image === undefined && request.words.length === 0 && setImages.length > 0;
  const keepsLabels = keep?.labels === true || (keep?.labelKeys ?? []).length > 0 || onlyImages;
  if (!keepsLabels || Object.keys(pod.metadata?.labels ?? {}).length === 0) return surroundings;
  const services = await fetch<{ items: Service[] }>(`/api/v1/namespaces/${to}/services`);
  const adopters = await Promise.all(
    ADOPTERS.map(async ([kind, path]): Promise<Adopter[]> => {
      const list = await fetch<{ items: Selecting[] }>(path.replace('NS', to));
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
