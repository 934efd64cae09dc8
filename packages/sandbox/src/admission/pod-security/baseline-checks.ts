import type { Container } from '../../resources/pods/types.ts';
import { hostNamespaces, hostPath, hostPorts, probeHosts } from './baseline-host-checks.ts';
import type { Check, CheckedPod, Violation } from './types.ts';
import { allContainers, containerNames, namesWhere, plural, quoted, sortedSet, violation } from './visit.ts';

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';

const DEFAULT_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
]);

const SELINUX_TYPES = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];

function appArmor({ annotations, spec }: CheckedPod): Violation | undefined {
  const bad: string[] = [];
  const isBad = (type: string | undefined): boolean =>
    type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podType = spec.securityContext?.appArmorProfile?.type;
  const setters: string[] = [];
  if (isBad(podType)) setters.push('pod');
  const containers = namesWhere(spec, (one) => isBad(one.securityContext?.appArmorProfile?.type));
  if (containers.length > 0) setters.push(containerNames(containers));
  const types = sortedSet(
    [podType, ...allContainers(spec).map((one) => one.securityContext?.appArmorProfile?.type)].filter(
      (type) => type !== undefined && isBad(type),
    ) as string[],
  );
  if (setters.length > 0) {
    bad.push(`${setters.join(' and ')} must not set AppArmor profile type to ${quoted(types)}`);
  }
  const named = Object.entries(annotations)
    .filter(([key]) => key.startsWith(APP_ARMOR_ANNOTATION))
    .filter(([, value]) => value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([key, value]) => `${key}="${value}"`)
    .sort();
  if (named.length > 0) {
    bad.push(`${plural('annotation', 'annotations', named.length)} ${named.join(', ')}`);
  }
  if (bad.length === 0) return undefined;
  const count = types.length + named.length;
  return violation(
    plural('forbidden AppArmor profile', 'forbidden AppArmor profiles', count),
    bad.join(', '),
  );
}

function capabilities({ spec }: CheckedPod): Violation | undefined {
  const added = (one: Container): string[] =>
    (one.securityContext?.capabilities?.add ?? []).filter((name) => !DEFAULT_CAPABILITIES.has(name));
  const bad = namesWhere(spec, (one) => added(one).length > 0);
  if (bad.length === 0) return undefined;
  const names = sortedSet(allContainers(spec).flatMap(added));
  const detail = `${containerNames(bad)} must not include ${quoted(names)} in securityContext.capabilities.add`;
  return violation('non-default capabilities', detail);
}

function privileged({ spec }: CheckedPod): Violation | undefined {
  const bad = namesWhere(spec, (one) => one.securityContext?.privileged === true);
  return bad.length === 0
    ? undefined
    : violation('privileged', `${containerNames(bad)} must not set securityContext.privileged=true`);
}

function procMount({ spec }: CheckedPod): Violation | undefined {
  // An unmasked /proc is harmless in the pod's own user namespace.
  if (spec.hostUsers === false) return undefined;
  const isBad = (one: Container): boolean => (one.securityContext?.procMount ?? 'Default') !== 'Default';
  const bad = namesWhere(spec, isBad);
  if (bad.length === 0) return undefined;
  const types = sortedSet(
    allContainers(spec)
      .filter(isBad)
      .map((one) => one.securityContext?.procMount ?? ''),
  );
  return violation(
    'procMount',
    `${containerNames(bad)} must not set securityContext.procMount to ${quoted(types)}`,
  );
}

function seLinux({ spec }: CheckedPod): Violation | undefined {
  const options = [
    spec.securityContext?.seLinuxOptions,
    ...allContainers(spec).map((one) => one.securityContext?.seLinuxOptions),
  ];
  const isBad = (one: (typeof options)[number]): boolean =>
    one !== undefined &&
    (!SELINUX_TYPES.includes(one.type ?? '') || (one.user ?? '') !== '' || (one.role ?? '') !== '');
  if (!options.some(isBad)) return undefined;
  const setters: string[] = [];
  if (isBad(options[0])) setters.push('pod');
  const bad = namesWhere(spec, (one) => isBad(one.securityContext?.seLinuxOptions));
  if (bad.length > 0) setters.push(containerNames(bad));
  const types = sortedSet(
    options.map((one) => one?.type ?? '').filter((type) => !SELINUX_TYPES.includes(type)),
  );
  const data: string[] = [];
  if (types.length > 0) data.push(`${plural('type', 'types', types.length)} ${quoted(types)}`);
  if (options.some((one) => (one?.user ?? '') !== '')) data.push('user may not be set');
  if (options.some((one) => (one?.role ?? '') !== '')) data.push('role may not be set');
  const detail = `${setters.join(' and ')} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`;
  return violation('seLinuxOptions', detail);
}

/** Forbidden seccomp profiles, and the pod or containers that set them. */
export function badSeccompSetters({ spec }: CheckedPod): { setters: string[]; types: string[] } {
  const isBad = (type: string | undefined): boolean =>
    type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podType = spec.securityContext?.seccompProfile?.type;
  const bad = namesWhere(spec, (one) => isBad(one.securityContext?.seccompProfile?.type));
  const types = [podType, ...allContainers(spec).map((one) => one.securityContext?.seccompProfile?.type)];
  return {
    setters: [...(isBad(podType) ? ['pod'] : []), ...(bad.length > 0 ? [containerNames(bad)] : [])],
    types: sortedSet(types.filter((type) => type !== undefined && isBad(type)) as string[]),
  };
}

function seccomp(pod: CheckedPod): Violation | undefined {
  const { setters, types } = badSeccompSetters(pod);
  if (setters.length === 0) return undefined;
  const detail = `${setters.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(types)}`;
  return violation('seccompProfile', detail);
}

function sysctls({ spec }: CheckedPod): Violation | undefined {
  const bad = (spec.securityContext?.sysctls ?? [])
    .map(({ name }) => name)
    .filter((name) => !SAFE_SYSCTLS.has(name));
  return bad.length === 0 ? undefined : violation('forbidden sysctls', bad.join(', '));
}

function windowsHostProcess({ spec }: CheckedPod): Violation | undefined {
  const setters: string[] = [];
  if (spec.securityContext?.windowsOptions?.hostProcess === true) setters.push('pod');
  const bad = namesWhere(spec, (one) => one.securityContext?.windowsOptions?.hostProcess === true);
  if (bad.length > 0) setters.push(containerNames(bad));
  if (setters.length === 0) return undefined;
  const detail = `${setters.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`;
  return violation('hostProcess', detail);
}

/** The checks of the baseline level, in the order of their ids. */
export const BASELINE_CHECKS: readonly Check[] = [
  { id: 'appArmorProfile', level: 'baseline', since: 0, run: appArmor },
  { id: 'capabilities_baseline', level: 'baseline', since: 0, run: capabilities },
  { id: 'hostNamespaces', level: 'baseline', since: 0, run: hostNamespaces },
  { id: 'hostPathVolumes', level: 'baseline', since: 0, run: hostPath },
  { id: 'hostPorts', level: 'baseline', since: 0, run: hostPorts },
  { id: 'hostProbesAndHostLifecycle', level: 'baseline', since: 34, run: probeHosts },
  { id: 'privileged', level: 'baseline', since: 0, run: privileged },
  { id: 'procMount', level: 'baseline', since: 0, run: procMount },
  { id: 'seLinuxOptions', level: 'baseline', since: 0, run: seLinux },
  { id: 'seccompProfile_baseline', level: 'baseline', since: 0, run: seccomp },
  { id: 'sysctls', level: 'baseline', since: 0, run: sysctls },
  { id: 'windowsHostProcess', level: 'baseline', since: 0, run: windowsHostProcess },
];
