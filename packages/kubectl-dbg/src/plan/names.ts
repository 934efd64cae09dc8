import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { RandomInt } from '../model/plan.ts';

/** Characters of generated names in Kubernetes: no vowels, no lookalikes, so that no words result. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
/** Length of a generated suffix; 27^5 are 14 million. */
const SUFFIX_LENGTH = 5;
/** Longest DNS label (RFC 1123), the form of container names and host names. */
export const LABEL_LENGTH = 63;
/** Longest DNS subdomain, the form of pod names. */
const SUBDOMAIN_LENGTH = 253;
/** How often to redraw a taken name before the random source is considered broken. */
const DRAWS = 1000;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Five random characters for the end of a name. */
export function suffix(draw: RandomInt): string {
  return Array.from({ length: SUFFIX_LENGTH }, () => ALPHABET.charAt(draw(ALPHABET.length))).join('');
}

/** A name for a debug container that is not in `taken`. */
export function generateContainerName(taken: ReadonlySet<string>, draw: RandomInt): string {
  for (let count = 0; count < DRAWS; count++) {
    const name = `debugger-${suffix(draw)}`;
    if (!taken.has(name)) return name;
  }
  throw new Error('no unused container name was found');
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

/** Throws DbgError (usage) unless `name` is a valid container name. */
export function checkContainerName(name: string): void {
  if (name.length <= LABEL_LENGTH && LABEL.test(name)) return;
  throw new DbgError('usage', 'NameInvalid', `invalid container name ${JSON.stringify(name)}`, {
    of: 'container',
    name,
    longest: LABEL_LENGTH,
  });
}

/** Throws DbgError (usage) unless `name` is a valid pod name. */
export function checkPodName(name: string): void {
  if (name.length <= SUBDOMAIN_LENGTH && SUBDOMAIN.test(name)) return;
  throw new DbgError('usage', 'NameInvalid', `invalid pod name ${JSON.stringify(name)}`, {
    of: 'pod',
    name,
    longest: SUBDOMAIN_LENGTH,
  });
}

/** Throws DbgError (usage) unless `name` is a valid namespace name. */
export function checkNamespaceName(name: string): void {
  if (name.length <= LABEL_LENGTH && LABEL.test(name)) return;
  throw new DbgError('usage', 'NameInvalid', `invalid namespace ${JSON.stringify(name)}`, {
    of: 'namespace',
    name,
    longest: LABEL_LENGTH,
  });
}
