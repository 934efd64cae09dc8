import type { KubeObject } from '../../machinery/objects.ts';
import { claimOfVolume } from '../../resources/pods/claim-of-volume.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import type { Store } from '../../store/types.ts';

/** The pods that use a claim. */
export function claimUsers(store: Store, { metadata }: KubeObject): PodObject[] {
  return store
    .list<PodObject>('pods', metadata.namespace)
    .filter((pod) => pod.spec.volumes?.some((volume) => claimOfVolume(pod, volume) === metadata.name));
}
