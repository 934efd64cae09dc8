import type { Container, Volume } from '../../resources/pods/types.ts';
import { badSeccompSetters } from './baseline-checks.ts';
import type { Check, CheckedPod, Violation } from './types.ts';
import { allContainers, containerNames, namesWhere, plural, quoted, sortedSet } from './visit.ts';

const ALLOWED_VOLUMES = new Set([
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** Some checks do not apply to Windows. */
function isWindows({ spec }: CheckedPod): boolean {
  return spec.os?.name === 'windows';
}

function privilegeEscalation(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const bad = namesWhere(pod.spec, (one) => one.securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${containerNames(bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
}

function capabilities(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const { spec } = pod;
  const lacking = namesWhere(spec, (one) => !(one.securityContext?.capabilities?.drop ?? []).includes('ALL'));
  const added = (one: Container): string[] =>
    (one.securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = namesWhere(spec, (one) => added(one).length > 0);
  const details: string[] = [];
  if (lacking.length > 0) {
    details.push(`${containerNames(lacking)} must set securityContext.capabilities.drop=["ALL"]`);
  }
  if (adding.length > 0) {
    const names = sortedSet(allContainers(spec).flatMap(added));
    details.push(
      `${containerNames(adding)} must not include ${quoted(names)} in securityContext.capabilities.add`,
    );
  }
  if (details.length === 0) return undefined;
  return { reason: 'unrestricted capabilities', detail: details.join('; ') };
}

function volumes({ spec }: CheckedPod): Violation | undefined {
  const typesOf = (volume: Volume): string[] =>
    Object.keys(volume).filter((name) => !ALLOWED_VOLUMES.has(name));
  const bad = (spec.volumes ?? []).filter((volume) => typesOf(volume).length > 0);
  if (bad.length === 0) return undefined;
  const types = sortedSet(bad.flatMap(typesOf));
  const names = quoted(bad.map(({ name }) => name));
  const many = bad.length !== 1;
  const detail = `${many ? 'volumes' : 'volume'} ${names} ${many ? 'use' : 'uses'} restricted volume ${plural('type', 'types', types.length)} ${quoted(types)}`;
  return { reason: 'restricted volume types', detail };
}

function runAsNonRoot({ spec }: CheckedPod): Violation | undefined {
  // Root in the pod's own user namespace is unprivileged on the host.
  if (spec.hostUsers === false) return undefined;
  const reason = 'runAsNonRoot != true';
  const pod = spec.securityContext?.runAsNonRoot;
  const explicit = namesWhere(spec, (one) => one.securityContext?.runAsNonRoot === false);
  const setters = [
    ...(pod === false ? ['pod'] : []),
    ...(explicit.length > 0 ? [containerNames(explicit)] : []),
  ];
  if (setters.length > 0) {
    return { reason, detail: `${setters.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  }
  const implicit =
    pod === true ? [] : namesWhere(spec, (one) => one.securityContext?.runAsNonRoot === undefined);
  if (implicit.length === 0) return undefined;
  return { reason, detail: `pod or ${containerNames(implicit)} must set securityContext.runAsNonRoot=true` };
}

function runAsUser({ spec }: CheckedPod): Violation | undefined {
  if (spec.hostUsers === false) return undefined;
  const bad = namesWhere(spec, (one) => one.securityContext?.runAsUser === 0);
  const setters = [
    ...(spec.securityContext?.runAsUser === 0 ? ['pod'] : []),
    ...(bad.length > 0 ? [containerNames(bad)] : []),
  ];
  if (setters.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${setters.join(' and ')} must not set runAsUser=0` };
}

function seccomp(pod: CheckedPod): Violation | undefined {
  if (isWindows(pod)) return undefined;
  const reason = 'seccompProfile';
  const { setters, types } = badSeccompSetters(pod);
  if (setters.length > 0) {
    const detail = `${setters.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(types)}`;
    return { reason, detail };
  }
  if (pod.spec.securityContext?.seccompProfile !== undefined) return undefined;
  const bad = namesWhere(pod.spec, (one) => one.securityContext?.seccompProfile === undefined);
  if (bad.length === 0) return undefined;
  const detail = `pod or ${containerNames(bad)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason, detail };
}

/** The checks that the restricted level adds, in the order of their ids. */
export const RESTRICTED_CHECKS: readonly Check[] = [
  { id: 'allowPrivilegeEscalation', level: 'restricted', since: 8, run: privilegeEscalation },
  {
    id: 'capabilities_restricted',
    level: 'restricted',
    since: 22,
    overrides: ['capabilities_baseline'],
    run: capabilities,
  },
  { id: 'restrictedVolumes', level: 'restricted', since: 0, overrides: ['hostPathVolumes'], run: volumes },
  { id: 'runAsNonRoot', level: 'restricted', since: 0, run: runAsNonRoot },
  { id: 'runAsUser', level: 'restricted', since: 23, run: runAsUser },
  {
    id: 'seccompProfile_restricted',
    level: 'restricted',
    since: 19,
    overrides: ['seccompProfile_baseline'],
    run: seccomp,
  },
];
