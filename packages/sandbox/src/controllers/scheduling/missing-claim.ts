import { claimOfVolume } from '../../resources/pods/claim-of-volume.ts';
import type { PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';

/** The scheduler's message if a claim of a pod's volumes is missing or unbound; undefined otherwise. */
export function missingClaim(store: Store, pod: Pod & KubeObject): string | undefined {
  const { namespace } = pod.metadata;
  for (const volume of pod.spec?.volumes ?? []) {
    const claimName = claimOfVolume(pod, volume);
    if (claimName === undefined) continue;
    const claim = store.get<PersistentVolumeClaim & KubeObject>(
      'persistentvolumeclaims',
      namespace,
      claimName,
    );
    if (claim === undefined) {
      const name = JSON.stringify(claimName);
      return volume.ephemeral === undefined
        ? `persistentvolumeclaim ${name} not found`
        : `waiting for ephemeral volume controller to create the persistentvolumeclaim ${name}`;
    }
    if (claim.status?.phase !== 'Bound') return 'pod has unbound immediate PersistentVolumeClaims';
  }
  return undefined;
}
