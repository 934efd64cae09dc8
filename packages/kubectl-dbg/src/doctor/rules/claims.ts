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
      'The claim names no StorageClass (or the empty one), so nobody makes a volume for it, and no ready-made one fits.',
    yieldsTo: ['S14'],
    find(claim) {
      if (!pending(claim)) return undefined;
      const event = claim.events.find('FailedBinding');
      const explicit = className(claim) === '';
      if (event === undefined && !explicit) return undefined;
      return {
        title: `${claim.ref} has no volume: ${explicit ? 'it asks for no storage class' : event?.message}`,
        group: 'claims without a storage class have no volume',
        evidence: [
          phaseFact(claim),
          claim.fact('spec.storageClassName', className(claim) ?? 'absent'),
          ...(event === undefined ? [] : [claim.events.fact(event)]),
        ],
        next: [
          look('See which classes there are', ['get', 'storageclasses'], CLASSES),
          change('Make the claim again with storageClassName, or have a volume made that fits it'),
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
      'The claim names a StorageClass that the cluster does not have. A claim’s class cannot be changed: it must be made again.',
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
          look('See which classes there are', ['get', 'storageclasses'], CLASSES),
          change('Make the claim again with a class that exists'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S15',
    level: 4,
    name: 'The storage driver does not deliver',
    shows:
      'The claim is Pending; event ProvisioningFailed with other words, or ExternalProvisioning for more than a minute.',
    explain:
      'A storage driver is to make the volume and refuses, or does not act at all. Its words, or its absence, are for the administrators.',
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
            ? `${claim.ref} has waited ${span(claim.age)} for its storage driver, which does not act`
            : `${claim.ref} has no volume; the storage driver says: ${lastClause(event.message)}`,
        group:
          failed === undefined ? 'a storage driver does not act' : 'a storage driver refuses to make volumes',
        evidence: [phaseFact(claim), claim.events.fact(event)],
        next: [
          look('See all it says', claim.describe()),
          look('Tell the administrators: does the driver run, is there quota left?'),
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
      'As it should be: a class with volumeBindingMode WaitForFirstConsumer makes the volume once a pod that uses it has a node. If that pod hangs, the reason is the pod’s own.',
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
    name: 'A claim is lost or going',
    shows: 'The claim has phase Lost, or a deletionTimestamp; events ClaimLost, ClaimMisbound.',
    explain:
      'The volume behind the claim is gone, or the claim is being deleted and goes once no pod uses it.',
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
          look('See all it says', claim.describe()),
          destructive('Restore the data to a new claim, and delete this one'),
        ],
      };
    },
  }),
  rule('claim', {
    id: 'S34',
    level: 4,
    name: 'A claim has no volume, and nothing says why',
    shows: 'The claim has been Pending for more than a minute, and there is no event.',
    explain: 'No volume, and no word about it: events live for an hour, or the storage driver does not run.',
    severity: 'unknown',
    confidence: 'unknown',
    yieldsTo: ['S13', 'S14', 'S15', 'S16', 'S20'],
    find(claim) {
      if (!pending(claim) || claim.age < MINUTE) return undefined;
      return {
        title: `${claim.ref} has had no volume for ${span(claim.age)}, and nothing says why`,
        evidence: [phaseFact(claim), claim.fact('spec.storageClassName', className(claim) ?? 'absent')],
        confidence: 'unknown',
        next: [look('See all it says', claim.describe())],
      };
    },
  }),
];
