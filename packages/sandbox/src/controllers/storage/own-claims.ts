import { CLAIMS_KEY, type VolumeClaim } from '../../resources/kinds/storage-types.ts';
import { claimOfVolume } from '../../resources/pods/claim-of-volume.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { type ControllerClient, servedResource } from '../api-client.ts';

const CLAIMS = servedResource('', 'v1', 'persistentvolumeclaims');

/** Creates the claims of a pod's ephemeral volumes, which are deleted with the pod. */
export function createEphemeralClaims(client: ControllerClient, pod: PodObject): void {
  const { namespace = '', name: owner = '', uid = '' } = pod.metadata;
  for (const volume of pod.spec.volumes ?? []) {
    const template = volume.ephemeral?.volumeClaimTemplate;
    const name = claimOfVolume(pod, volume) ?? '';
    if (template === undefined || client.store.get(CLAIMS_KEY, namespace, name) !== undefined) continue;
    client.create<VolumeClaim>(CLAIMS, namespace, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...template.metadata,
        name,
        namespace,
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: owner, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      spec: structuredClone(template.spec),
    });
  }
}
