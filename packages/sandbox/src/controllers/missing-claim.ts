import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject, Store } from '../store/types.ts';

/** What is wrong with the claims that a pod's volumes name, in the scheduler's words; undefined if nothing. */
export function missingClaim(store: Store, pod: Pod & KubeObject): string | undefined {
  const { namespace } = pod.metadata;
  for (const { persistentVolumeClaim } of pod.spec?.volumes ?? []) {
    if (persistentVolumeClaim === undefined) continue;
    const { claimName } = persistentVolumeClaim;
    const claim = store.get<PersistentVolumeClaim & KubeObject>(
      'persistentvolumeclaims',
      namespace,
      claimName,
    );
    if (claim === undefined) return `persistentvolumeclaim ${JSON.stringify(claimName)} not found`;
    if (claim.status?.phase !== 'Bound') return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}
