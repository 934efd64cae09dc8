import { join } from 'node:path';
import {
  type PersistentVolume,
  PROVISIONED_BY,
  PROVISIONER,
  type StorageClass,
  type VolumeClaim,
} from '../../resources/kinds/storage-types.ts';
import { type ControllerClient, servedResource } from '../api-client.ts';

const VOLUMES = servedResource('', 'v1', 'persistentvolumes');

/** Provisions the volume of a claim: a directory of the node, which the kubelet creates when a pod mounts it. */
export function provision(
  client: ControllerClient,
  claim: VolumeClaim,
  { metadata, reclaimPolicy = 'Delete', mountOptions }: StorageClass,
  directory: string,
): PersistentVolume {
  const name = `pvc-${claim.metadata.uid}`;
  const { accessModes = [], resources, volumeMode = 'Filesystem' } = claim.spec ?? {};
  return client.create<PersistentVolume>(VOLUMES, '', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { [PROVISIONED_BY]: PROVISIONER } },
    spec: {
      accessModes,
      capacity: { storage: resources?.requests?.['storage'] ?? '0' },
      hostPath: { path: join(directory, name), type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: metadata.name ?? '',
      volumeMode,
      ...(mountOptions === undefined ? {} : { mountOptions }),
    },
  });
}
