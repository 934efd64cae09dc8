import type { ObjectReference } from 'kubernetes-types/core/v1.d.ts';
import { compareQuantities } from '../../machinery/quantity.ts';
import { selectorMatches } from '../../machinery/selectors/label-selector.ts';
import {
  CLAIMS_KEY,
  CLASSES_KEY,
  type PersistentVolume,
  PROVISIONER,
  type StorageClass,
  type VolumeClaim,
  VOLUMES_KEY,
} from '../../resources/kinds/storage-types.ts';
import type { Store } from '../../store/types.ts';
import type { ControllerClient } from '../api-client.ts';
import { type EventText, recordEvent } from '../events.ts';
import { claimUsers } from './claim-users.ts';
import { provision } from './provision.ts';

const COMPONENT = 'persistentvolume-controller';

/** Binds a claim to a matching volume, or provisions one. An Event says why there is none. */
export function bindClaim(client: ControllerClient, claim: VolumeClaim, directory: string): void {
  const { store } = client;
  const found = matchingVolume(store, claim);
  if (found !== undefined) {
    bind(store, claim, found);
    return;
  }
  const className = claim.spec?.storageClassName ?? '';
  const storageClass = store.get<StorageClass>(CLASSES_KEY, undefined, className);
  const problem = provisioningProblem(store, claim, storageClass);
  if (problem !== undefined) recordOnce(client, claim, problem);
  else if (storageClass !== undefined) {
    recordOnce(client, claim, {
      type: 'Normal',
      reason: 'Provisioning',
      message: `External provisioner is provisioning volume for claim "${claim.metadata.namespace}/${claim.metadata.name}"`,
    });
    const volume = provision(client, claim, storageClass, directory);
    bind(store, claim, volume);
    recordOnce(client, claim, {
      type: 'Normal',
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${volume.metadata.name}`,
    });
  }
}

/** The Event about why a volume can't be provisioned; undefined if it can. */
function provisioningProblem(
  store: Store,
  claim: VolumeClaim,
  storageClass: StorageClass | undefined,
): EventText | undefined {
  const className = claim.spec?.storageClassName ?? '';
  if ((claim.spec?.volumeName ?? '') !== '') return undefined;
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { type: 'Normal', reason: 'FailedBinding', message };
  }
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${className}" not found`;
    return { type: 'Warning', reason: 'ProvisioningFailed', message };
  }
  if (storageClass.volumeBindingMode === 'WaitForFirstConsumer' && claimUsers(store, claim).length === 0) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  if (storageClass.provisioner === PROVISIONER) return undefined;
  const message = `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { type: 'Normal', reason: 'ExternalProvisioning', message };
}

/** The smallest available volume that satisfies the claim. */
function matchingVolume(store: Store, { metadata, spec = {} }: VolumeClaim): PersistentVolume | undefined {
  const wanted = spec.resources?.requests?.['storage'] ?? '0';
  const fits = ({
    metadata: { name, labels, deletionTimestamp },
    spec: volume = {},
  }: PersistentVolume): boolean => {
    const { claimRef } = volume;
    if (deletionTimestamp !== undefined) return false;
    const reserved =
      claimRef !== undefined && claimRef.name === metadata.name && claimRef.namespace === metadata.namespace;
    if (claimRef !== undefined && (!reserved || (claimRef.uid ?? metadata.uid) !== metadata.uid))
      return false;
    if ((spec.volumeName ?? '') !== '') return name === spec.volumeName;
    return (
      (volume.storageClassName ?? '') === (spec.storageClassName ?? '') &&
      (spec.accessModes ?? []).every((mode) => volume.accessModes?.includes(mode)) &&
      (volume.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem') &&
      (spec.selector === undefined || selectorMatches(spec.selector, labels)) &&
      compareQuantities(capacityOf(volume), wanted) >= 0
    );
  };
  return store
    .list<PersistentVolume>(VOLUMES_KEY)
    .filter(fits)
    .toSorted((a, b) => compareQuantities(capacityOf(a.spec), capacityOf(b.spec)))[0];
}

function capacityOf(spec: PersistentVolume['spec']): string {
  return spec?.capacity?.['storage'] ?? '0';
}

function bind(store: Store, claim: VolumeClaim, volume: PersistentVolume): void {
  const { name = '', namespace = '' } = claim.metadata;
  const volumeName = volume.metadata.name ?? '';
  store.update<PersistentVolume>(VOLUMES_KEY, undefined, volumeName, (draft) => {
    draft.spec = { ...draft.spec, claimRef: claimReference(claim) };
    draft.status = { ...draft.status, phase: 'Bound' };
  });
  store.update<VolumeClaim>(CLAIMS_KEY, namespace, name, (draft) => {
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    };
    draft.spec = { ...draft.spec, volumeName };
    draft.status = {
      phase: 'Bound',
      accessModes: volume.spec?.accessModes ?? [],
      capacity: volume.spec?.capacity ?? {},
    };
  });
}

/** A volume's claimRef. */
function claimReference({ metadata }: VolumeClaim): ObjectReference {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata;
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, resourceVersion, uid };
}

function recordOnce(client: ControllerClient, claim: VolumeClaim, event: EventText): void {
  // Only once, unless it changes.
  const known = client.store
    .list('events', claim.metadata.namespace)
    .some(
      (one) =>
        (one['involvedObject'] as { uid?: string } | undefined)?.uid === claim.metadata.uid &&
        one['message'] === event.message,
    );
  if (!known) recordEvent(client.store, COMPONENT, claim, event, client.now());
}
