import { isIP } from 'node:net';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../machinery/field-errors.ts';
import {
  dns1123Label,
  dns1123Subdomain,
  dns1123SubdomainWithUnderscore,
  outsideRange,
  qualifiedName,
} from '../../machinery/names.ts';
import { validateLabels } from '../../machinery/object-meta.ts';
import { validatePodResources } from './pod-resources.ts';
import type { PodSpec } from './types.ts';
import { validateContainers, validateInitContainers } from './validate-container.ts';
import { validateEphemeralContainers } from './validate-ephemeral.ts';
import { validateOs } from './validate-os.ts';
import { validateResourceClaims } from './validate-resource-claims.ts';
import { validateAffinity, validateTolerations, validateTopologySpread } from './validate-scheduling.ts';
import { validatePodSecurityContext } from './validate-security.ts';
import { validateVolumes } from './validate-volumes.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const INT32_MAX = 2_147_483_647;
/** Limits of libc's resolver. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LIST = 2048;
/** `HOST_NAME_MAX` of Linux. */
const MAX_HOSTNAME = 64;

/** The object that contains the spec. */
export interface SpecOwner {
  /** Whether it is a pod, not the template of a workload. */
  isPod: boolean;
  podName?: string;
}

/** Validates the spec of a pod or a pod template. */
export function validatePodSpec(spec: PodSpec, path: string, owner: SpecOwner): FieldError[] {
  const at = (name: string): string => child(path, name);
  const { errors: volumeErrors, usable } = validateVolumes(spec.volumes ?? [], owner.podName, at('volumes'));
  return [
    ...volumeErrors,
    ...validateResourceClaims(spec, at('resourceClaims')),
    ...validateContainers(spec, usable, at('containers')),
    ...validateInitContainers(spec, usable, at('initContainers')),
    ...validateEphemeralContainers(spec, usable, at('ephemeralContainers')),
    ...validatePodResources(spec, at('resources')),
    ...validateHostPorts(spec, owner.isPod, at('containers')),
    ...choice(spec.restartPolicy, RESTART_POLICIES, at('restartPolicy')),
    ...choice(spec.dnsPolicy, DNS_POLICIES, at('dnsPolicy')),
    ...validateLabels(spec.nodeSelector ?? {}, at('nodeSelector')),
    ...validatePodSecurityContext(spec, at('securityContext')),
    ...validateAffinity(spec.affinity, at('affinity')),
    ...validateDnsConfig(spec, at('dnsConfig')),
    ...validateGates(spec, path),
    ...validateTopologySpread(spec.topologySpreadConstraints ?? [], at('topologySpreadConstraints')),
    ...validateHostUsers(spec, path),
    ...validateNames(spec, path),
  ];
}

function choice(value: string | undefined, choices: readonly string[], path: string): FieldError[] {
  if (value === undefined || value === '') return [required(path)];
  return choices.includes(value) ? [] : [notSupported(path, value, choices)];
}

function validateHostPorts(spec: PodSpec, isPod: boolean, path: string): FieldError[] {
  if (spec.hostNetwork !== true) return [];
  return (spec.containers ?? []).flatMap((container, position) =>
    (container.ports ?? []).flatMap(({ hostPort = 0, containerPort }, number) => {
      // A template may omit it; the pod gets the default.
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) return [];
      const at = child(index(child(index(path, position), 'ports'), number), 'hostPort');
      return [invalid(at, hostPort, 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}

function validateDnsConfig(spec: PodSpec, path: string): FieldError[] {
  const config = spec.dnsConfig;
  const servers = config?.nameservers ?? [];
  const serversPath = child(path, 'nameservers');
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) {
      return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    }
    if (servers.length === 0) {
      return [required(serversPath, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
    }
  }
  const errors: FieldError[] = [];
  if (servers.length > MAX_NAMESERVERS) {
    const detail = `must not have more than ${MAX_NAMESERVERS} nameservers`;
    errors.push(invalid(serversPath, servers, detail));
  }
  errors.push(...servers.flatMap((server, position) => validateIp(server, index(serversPath, position))));
  const searches = config?.searches ?? [];
  const searchesPath = child(path, 'searches');
  if (searches.length > MAX_SEARCHES) {
    errors.push(invalid(searchesPath, searches, `must not have more than ${MAX_SEARCHES} search paths`));
  }
  if (searches.join(' ').length > MAX_SEARCH_LIST) {
    const detail = `must not have more than ${MAX_SEARCH_LIST} characters (including spaces) in the search list`;
    errors.push(invalid(searchesPath, searches, detail));
  }
  for (const [position, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.replace(/\.$/, '');
    const texts = dns1123SubdomainWithUnderscore(name);
    errors.push(...texts.map((text) => invalid(index(searchesPath, position), name, text)));
  }
  for (const [position, option] of (config?.options ?? []).entries()) {
    if ((option.name ?? '') !== '') continue;
    errors.push(required(index(child(path, 'options'), position), 'must not be empty'));
  }
  return errors;
}

function validateIp(address: string, path: string): FieldError[] {
  const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
  return isIP(address) === 0 ? [invalid(path, address, detail)] : [];
}

function validateGates(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, { conditionType }] of (spec.readinessGates ?? []).entries()) {
    const at = child(index(child(path, 'readinessGates'), position), 'conditionType');
    errors.push(...qualifiedName(conditionType).map((text) => invalid(at, conditionType, text)));
  }
  const seen = new Set<string>();
  for (const [position, { name }] of (spec.schedulingGates ?? []).entries()) {
    const at = index(child(path, 'schedulingGates'), position);
    errors.push(...qualifiedName(name).map((text) => invalid(at, name, text)));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  }
  return errors;
}

function validateHostUsers(spec: PodSpec, path: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const detail = 'when `hostUsers` is false';
  return [
    ...(spec.hostNetwork === true ? [forbidden(child(path, 'hostNetwork'), detail)] : []),
    ...(spec.hostPID === true ? [forbidden(child(path, 'hostPID'), detail)] : []),
    ...(spec.hostIPC === true ? [forbidden(child(path, 'hostIPC'), detail)] : []),
  ];
}

function validateNames(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const check = (name: keyof PodSpec, rule: (value: string) => string[]): void => {
    const value = spec[name];
    if (typeof value !== 'string' || value === '') return;
    errors.push(...rule(value).map((text) => invalid(child(path, name), value, text)));
  };
  check('serviceAccountName', dns1123Subdomain);
  check('nodeName', dns1123Subdomain);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalid(child(path, 'activeDeadlineSeconds'), deadline, outsideRange(1, INT32_MAX)));
  }
  check('hostname', dns1123Label);
  check('subdomain', dns1123Label);
  errors.push(...validateTolerations(spec.tolerations ?? [], child(path, 'tolerations')));
  for (const [position, { ip, hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = index(child(path, 'hostAliases'), position);
    errors.push(...validateIp(ip ?? '', child(at, 'ip')));
    for (const [number, name] of hostnames.entries()) {
      const texts = dns1123Subdomain(name);
      errors.push(...texts.map((text) => invalid(index(child(at, 'hostnames'), number), name, text)));
    }
  }
  check('priorityClassName', dns1123Subdomain);
  check('runtimeClassName', dns1123Subdomain);
  if (spec.preemptionPolicy !== undefined) {
    const policies = ['PreemptLowerPriority', 'Never'];
    errors.push(...choice(spec.preemptionPolicy, policies, child(path, 'preemptionPolicy')));
  }
  return [...errors, ...validateHostnameOverride(spec, path), ...validateOs(spec, path)];
}

/** hostnameOverride must be a valid Linux hostname, and excludes the other hostname fields. */
function validateHostnameOverride(spec: PodSpec, path: string): FieldError[] {
  const { hostnameOverride } = spec as { hostnameOverride?: string };
  if (hostnameOverride === undefined) return [];
  const at = child(path, 'hostnameOverride');
  const errors = dns1123Subdomain(hostnameOverride).map((text) => invalid(at, hostnameOverride, text));
  if (hostnameOverride.length > MAX_HOSTNAME) errors.push(tooLong(at, MAX_HOSTNAME));
  if (spec.setHostnameAsFQDN === true) {
    errors.push(
      forbidden(child(path, 'setHostnameAsFQDN'), 'may not be true when `hostnameOverride` is set'),
    );
  }
  if (spec.hostNetwork === true) {
    errors.push(forbidden(at, 'may not be set when `hostNetwork` is true'));
  }
  return errors;
}
