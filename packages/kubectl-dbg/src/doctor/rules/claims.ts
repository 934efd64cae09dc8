import { change, destructive, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE, span } from '../time.ts';
import type { ObjectView } from '../view/object-view.ts';
import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.d.ts';
import { lastClause } from '../classify/pull.ts';

type Claim = ObjectView<PersistentVolumeClaim>;

const pending = (claim: Claim) => claim.object.status?.phase === 'Pending';
const phaseFact = (claim: Claim) => claim.fact('status.phase', claim.object.status?.phase ?? 'absent');
const className = (claim: Claim) => claim.object.spec?.storageClassName;
const CLASSES = 'list storageclasses in the whole cluster';
const MISSING_CLASS = /storageclass\S* "([^"]+)" not found/i;

export const CLAIM_RULES: readonly Rule<'claim'>[] = [
  rule('claim', {
    id: 'S13',
    level: 4,
    name: 'The claim has no storage class',
    shows: 'The claim is Pending; event FailedBinding says that no volume is available and no class is set.',
    explain:
      'The claim has no storageClassName (or an empty one), so no volume is provisioned for it, and no existing PersistentVolume matches.',
    yieldsTo: ['S14'],
    find(claim) {
      if (!pending(claim)) return undefined;
      const event = claim.events.find('FailedBinding');
      const explicit = className(claim) === '';
      if (event === undefined && !explicit) return undefined;
      return {
        title: `${claim.ref} has no volume: ${explicit ? 'it has no storage class' : event?.message}`,
        group: 'claims without a storage class are not bound',
        evidence: [
          phaseFact(claim),
          claim.fact('spec.storageClassName', className(claim) ?? 'absent'),
          ...(event === undefined ? [] : [claim.events.fact(event)]),
        ],
        next: [
          look('List the storage classes', ['get', 'storageclasses'], CLASSES),
          change('Recreate the claim with a storageClassName, or create a matching PersistentVolume'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S14',
    level: 4,
    name: 'The storage class does not exist',
    shows: 'The claim is Pending; event ProvisioningFailed says that its StorageClass is not found.',
    explain:
      'The claim names a StorageClass that does not exist. The class of a claim cannot be changed: recreate the claim.',
    find(claim) {
      const event = pending(claim)
        ? claim.events.find(['ProvisioningFailed', 'FailedBinding'], MISSING_CLASS)
        : undefined;
      if (event === undefined) return undefined;
      const name = MISSING_CLASS.exec(event.message)?.[1] ?? className(claim) ?? '?';
      return {
        title: `${claim.ref} has no volume: its storage class ${name} does not exist`,
        group: `storage class ${name} does not exist`,
        evidence: [
          phaseFact(claim),
          claim.fact('spec.storageClassName', className(claim) ?? 'absent'),
          claim.events.fact(event),
        ],
        next: [
          look('List the storage classes', ['get', 'storageclasses'], CLASSES),
          change('Recreate the claim with an existing class'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S15',
    level: 4,
    name: 'The volume is not provisioned',
    shows:
      'The claim is Pending; event ProvisioningFailed with another message, or ExternalProvisioning for more than a minute.',
    explain:
      'The storage driver refuses to provision the volume, or does not respond at all. Give its message to the administrators.',
    yieldsTo: ['S14'],
    find(claim) {
      if (!pending(claim)) return undefined;
      const failed = claim.events.find('ProvisioningFailed');
      const waiting = claim.events.where(
        ['ExternalProvisioning'],
        ({ first }) => claim.now - first > MINUTE || claim.age > MINUTE,
      );
      const event = failed ?? waiting;
      if (event === undefined) return undefined;
      return {
        title:
          failed === undefined
            ? `${claim.ref} has waited ${span(claim.age)} for its storage driver, which does not respond`
            : `${claim.ref} has no volume; the storage driver reports: ${lastClause(event.message)}`,
        group:
          failed === undefined
            ? 'a storage driver does not respond'
            : 'a storage driver refuses to provision volumes',
        evidence: [phaseFact(claim), claim.events.fact(event)],
        next: [
          look('See all events', claim.describe()),
          look('Ask the administrators: is the driver running, is there quota left?'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S16',
    level: 4,
    name: 'The claim waits for its pod',
    shows: 'The claim is Pending; event WaitForFirstConsumer.',
    explain:
      'This is normal: with volumeBindingMode WaitForFirstConsumer, the volume is provisioned when a pod that uses it is scheduled. If that pod is stuck, the cause is in the pod.',
    severity: 'note',
    find(claim) {
      const event = pending(claim) ? claim.events.find('WaitForFirstConsumer') : undefined;
      if (event === undefined || claim.events.find(['ProvisioningFailed', 'FailedBinding']) !== undefined)
        return undefined;
      return {
        title: `${claim.ref} waits for a pod that uses it; that is normal`,
        evidence: [phaseFact(claim), claim.events.fact(event)],
      };
    },
  }),
  rule('claim', {
    id: 'S20',
    level: 4,
    name: 'A claim is lost or being deleted',
    shows: 'The claim has phase Lost, or a deletionTimestamp; events ClaimLost, ClaimMisbound.',
    explain:
      'The volume of the claim no longer exists, or the claim is being deleted, which completes when no pod uses it.',
    find(claim) {
      const lost = claim.object.status?.phase === 'Lost';
      const going = claim.object.metadata?.deletionTimestamp != null;
      if (!lost && !going) return undefined;
      const event = claim.events.find(['ClaimLost', 'ClaimMisbound']);
      return {
        title: lost
          ? `${claim.ref} has lost its volume, and the data with it`
          : `${claim.ref} is being deleted`,
        ...(lost ? {} : { severity: 'note' as const }),
        evidence: [phaseFact(claim), ...(event === undefined ? [] : [claim.events.fact(event)])],
        next: [
          look('See all events', claim.describe()),
          destructive('Restore the data to a new claim, and delete this one'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S34',
    level: 4,
    name: 'A claim has no volume, without a known reason',
    shows: 'The claim has been Pending for more than a minute, without an event.',
    explain:
      'There is no event about the missing volume: it has expired (after an hour), or the storage driver is not running.',
    severity: 'unknown',
    confidence: 'unknown',
    yieldsTo: ['S13', 'S14', 'S15', 'S16', 'S20'],
    find(claim) {
      if (!pending(claim) || claim.age < MINUTE) return undefined;
      return {
        title: `${claim.ref} has had no volume for ${span(claim.age)}, without a known reason`,
        evidence: [phaseFact(claim), claim.fact('spec.storageClassName', className(claim) ?? 'absent')],
        confidence: 'unknown',
        next: [look('See all events', claim.describe())],
      };
    },
  }),
];
