import {
  CLAIMS_KEY,
  CLASSES_KEY,
  type VolumeClaim,
  VOLUMES_KEY,
} from '../../resources/kinds/storage-types.ts';
import { claimOfVolume } from '../../resources/pods/claim-of-volume.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import type { ControllerClient } from '../api-client.ts';
import { keyOf, splitKey, WorkQueue } from '../work-queue.ts';
import { bindClaim } from './bind.ts';
import { createEphemeralClaims } from './own-claims.ts';
import { releaseClaim, releaseVolume } from './protection.ts';

/**
 * Binds claims to volumes, provisions volumes of the StorageClass that this cluster has a provisioner for, and removes the
 * protection of claims and volumes that are not used any more. Returns the stop function.
 *
 * @param directory the directory of provisioned volumes
 */
export function startStorage(client: ControllerClient, directory: string): () => void {
  const { store } = client;
  const claims = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const claim = store.get<VolumeClaim>(CLAIMS_KEY, namespace, name);
    if (claim === undefined) return;
    if (claim.metadata.deletionTimestamp !== undefined) releaseClaim(store, claim);
    else if (claim.status?.phase !== 'Bound') bindClaim(client, claim, directory);
  });
  const volumes = new WorkQueue((key) => {
    const [, name] = splitKey(key);
    releaseVolume(store, name);
  });
  const own = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const pod = store.get<PodObject>('pods', namespace, name);
    if (pod !== undefined) createEphemeralClaims(client, pod);
  });
  const allClaims = (): void => {
    for (const claim of store.list(CLAIMS_KEY)) claims.add(keyOf(claim));
  };
  const allVolumes = (): void => {
    for (const volume of store.list(VOLUMES_KEY)) volumes.add(keyOf(volume));
  };
  const stops = [
    store.subscribe(CLAIMS_KEY, ({ type, object }) => {
      if (type === 'DELETED') allVolumes();
      else claims.add(keyOf(object));
    }),
    store.subscribe(VOLUMES_KEY, ({ type, object }) => {
      if (type !== 'DELETED') volumes.add(keyOf(object));
      allClaims();
    }),
    store.subscribe(CLASSES_KEY, allClaims),
    // A claim may wait for its first pod, or for the termination of its last one.
    store.subscribe<PodObject>('pods', ({ type, object }) => {
      for (const volume of object.spec.volumes ?? []) {
        const name = claimOfVolume(object, volume);
        if (name !== undefined) claims.add(`${object.metadata.namespace ?? ''}/${name}`);
        if (type === 'ADDED' && volume.ephemeral !== undefined) own.add(keyOf(object));
      }
    }),
  ];
  allClaims();
  allVolumes();
  return () => {
    for (const stop of stops) stop();
    claims.stop();
    own.stop();
    volumes.stop();
  };
}
