import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';
import type { RandomInt } from './types.ts';

/** Characters that Kubernetes generates names from: no vowels, no lookalikes, so that no word comes out. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
/** Characters of a generated ending; 27^5 are 14 million. */
const SUFFIX_LENGTH = 5;
/** Longest DNS label (RFC 1123), the form of container names and host names. */
export const LABEL_LENGTH = 63;
/** Longest DNS subdomain, the form of pod names. */
const SUBDOMAIN_LENGTH = 253;
/** How often a taken name is drawn again before the source of randomness is taken to be broken. */
const DRAWS = 1000;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Five random characters for the end of a name. */
export function suffix(draw: RandomInt): string {
  return Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET.charAt(draw(ALPHABET.length))).join('');
}

/** A name for a debug container that none in `taken` has. */
export function generateContainerName(taken: ReadonlySet<string>, draw: RandomInt): string {
  for (let count = 0; count < DRAWS; count++) {
    const name = `debugger-${suffix(draw)}`;
    if (!taken.has(name)) return name;
  }
  throw new Error('no free container name was drawn');
}

/** Names of all containers of a pod: init, regular and ephemeral. */
export function containerNames(pod: Pod): Set<string> {
  const { spec } = pod;
  return new Set(
    [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])].map(
      ({ name }) => name,
    ),
  );
}

/** Throws DbgError (usage) unless `name` may be a container's name. */
export function checkContainerName(name: string): void {
  if (name.length <= LABEL_LENGTH && LABEL.test(name)) return;
  throw new DbgError('usage', `invalid container name ${JSON.stringify(name)}`, {
    remedy: `Use up to ${LABEL_LENGTH} lower-case letters, digits and inner dashes`,
  });
}

/** Throws DbgError (usage) unless `name` may be a pod's name. */
export function checkPodName(name: string): void {
  if (name.length <= SUBDOMAIN_LENGTH && SUBDOMAIN.test(name)) return;
  throw new DbgError('usage', `invalid pod name ${JSON.stringify(name)}`, {
    remedy: `Use up to ${SUBDOMAIN_LENGTH} lower-case letters, digits and inner dashes or dots`,
  });
}

/** Throws DbgError (usage) unless `name` may be a namespace's name. */
export function checkNamespaceName(name: string): void {
  if (name.length <= LABEL_LENGTH && LABEL.test(name)) return;
  throw new DbgError('usage', `invalid namespace ${JSON.stringify(name)}`, {
    remedy: `Use up to ${LABEL_LENGTH} lower-case letters, digits and inner dashes`,
  });
}
