import { isIP } from 'node:net';
import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { child, duplicate, index, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, portName, portNumber } from '../../machinery/names.ts';
import { validateLabels } from '../../machinery/object-meta.ts';
import { SERVICE_COLUMNS, serviceRow } from '../tables/service-table.ts';
import { defineKind } from './kind.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const AFFINITIES = ['ClientIP', 'None'];
/** Three hours. */
const AFFINITY_SECONDS = 10_800;
/** The Service address and node port ranges of a new cluster. */
const CLUSTER_NETWORK = '10.96';
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;
const OCTETS = 256;

export interface ServicePort {
  name?: string;
  protocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
}

export interface ServiceObject extends KubeObject {
  spec: {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    externalName?: string;
    externalIPs?: string[];
    ports?: ServicePort[];
    selector?: Record<string, string>;
    sessionAffinity?: string;
    sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } };
    internalTrafficPolicy?: string;
    externalTrafficPolicy?: string;
    ipFamilies?: string[];
    ipFamilyPolicy?: string;
    allocateLoadBalancerNodePorts?: boolean;
    publishNotReadyAddresses?: boolean;
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

function asService(object: KubeObject): ServiceObject {
  return object as ServiceObject;
}

export const SERVICES = defineKind({
  kind: 'Service',
  plural: 'services',
  checkName: dns1035Label,
  default: (object) => {
    defaultService(asService(object));
  },
  newStatus: () => ({ loadBalancer: {} }),
  prepareForCreate(object, context) {
    const service = asService(object);
    const others = context.store.list<ServiceObject>('services');
    allocate(service, others);
  },
  prepareForUpdate(object, old) {
    const service = asService(object);
    const before = asService(old);
    // Keep allocated values, unless the client sets others.
    if (service.spec.clusterIP === undefined && before.spec.clusterIP !== undefined) {
      service.spec.clusterIP = before.spec.clusterIP;
      service.spec.clusterIPs = structuredClone(before.spec.clusterIPs ?? []);
    }
    if (service.spec.ipFamilies === undefined && before.spec.ipFamilies !== undefined) {
      service.spec.ipFamilies = structuredClone(before.spec.ipFamilies);
      service.spec.ipFamilyPolicy = before.spec.ipFamilyPolicy ?? 'SingleStack';
    }
  },
  validate: (object) => validateService(asService(object)),
  validateUpdate(object, old) {
    const address = asService(object).spec.clusterIP;
    const before = asService(old).spec.clusterIP;
    const kept = before === undefined || before === '' || address === before;
    return kept || asService(object).spec.type === 'ExternalName'
      ? []
      : [invalid('spec.clusterIPs[0]', [address ?? ''], 'may not change once set')];
  },
  columns: SERVICE_COLUMNS,
  row: serviceRow,
  fieldSelectors: {
    'spec.clusterIP': (object) => asService(object).spec.clusterIP ?? '',
    'spec.type': (object) => asService(object).spec.type ?? '',
  },
});

function defaultService(service: ServiceObject): void {
  service.spec ??= {};
  const { spec } = service;
  spec.sessionAffinity ??= 'None';
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    spec.sessionAffinityConfig.clientIP.timeoutSeconds ??= AFFINITY_SECONDS;
  } else delete spec.sessionAffinityConfig;
  spec.type ??= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') {
      port.targetPort = port.port;
    }
  }
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

/** Allocates an address, and node ports if the type has them. */
function allocate(service: ServiceObject, others: readonly ServiceObject[]): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') return;
  spec.clusterIP ??= freeAddress(others);
  spec.clusterIPs = [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (spec.type === 'ClusterIP') return;
  const taken = new Set(others.flatMap((other) => other.spec.ports ?? []).map((port) => port.nodePort));
  for (const port of spec.ports ?? []) {
    if ((port.nodePort ?? 0) !== 0) continue;
    for (let candidate = FIRST_NODE_PORT; candidate <= LAST_NODE_PORT; candidate += 1) {
      if (taken.has(candidate)) continue;
      port.nodePort = candidate;
      taken.add(candidate);
      break;
    }
  }
}

function freeAddress(others: readonly ServiceObject[]): string {
  const taken = new Set(others.map((other) => other.spec.clusterIP));
  for (let number = 1; number < OCTETS * OCTETS - 1; number += 1) {
    const address = `${CLUSTER_NETWORK}.${Math.floor(number / OCTETS)}.${number % OCTETS}`;
    if (!taken.has(address)) return address;
  }
  throw new Error('no Service address is free');
}

function validateService({ spec }: ServiceObject): FieldError[] {
  const errors: FieldError[] = [];
  const headless = spec.clusterIP === 'None';
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !headless && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  const names = new Set<string>();
  const numbers = new Set<string>();
  for (const [position, port] of ports.entries()) {
    const at = index('spec.ports', position);
    errors.push(...validatePort(port, ports.length > 1, names, at));
    const pair = `${port.protocol}/${port.port}`;
    if (numbers.has(pair)) errors.push(duplicate(at, { ...port }));
    numbers.add(pair);
  }
  errors.push(...validateLabels(spec.selector ?? {}, 'spec.selector'));
  if (!AFFINITIES.includes(spec.sessionAffinity ?? '')) {
    errors.push(notSupported('spec.sessionAffinity', spec.sessionAffinity, AFFINITIES));
  }
  const address = spec.clusterIP ?? '';
  if (address !== '' && !headless && isIP(address) === 0) {
    const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    errors.push(invalid('spec.clusterIPs[0]', address, detail));
  }
  if (!TYPES.includes(spec.type ?? '')) errors.push(notSupported('spec.type', spec.type, TYPES));
  if (spec.type === 'ExternalName') {
    const name = (spec.externalName ?? '').replace(/\.$/, '');
    const at = 'spec.externalName';
    if (name === '') errors.push(required(at));
    else errors.push(...dns1123Subdomain(name).map((text) => invalid(at, name, text)));
  }
  return errors;
}

function validatePort(port: ServicePort, needsName: boolean, names: Set<string>, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = port.name ?? '';
  if (name === '') {
    if (needsName) errors.push(required(child(path, 'name')));
  } else {
    errors.push(...dns1123Label(name).map((text) => invalid(child(path, 'name'), name, text)));
    if (names.has(name)) errors.push(duplicate(child(path, 'name'), name));
    names.add(name);
  }
  errors.push(...portNumber(port.port).map((text) => invalid(child(path, 'port'), port.port, text)));
  const protocol = port.protocol ?? '';
  if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(child(path, 'protocol'), protocol, PROTOCOLS));
  const target = port.targetPort ?? 0;
  const texts = typeof target === 'number' ? portNumber(target) : portName(target);
  errors.push(...texts.map((text) => invalid(child(path, 'targetPort'), target, text)));
  return errors;
}

export const ENDPOINTS = defineKind({
  kind: 'Endpoints',
  plural: 'endpoints',
  checkName: dns1123Subdomain,
  warnings: () => ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
});

export const ENDPOINT_SLICES = defineKind({
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  checkName: dns1123Subdomain,
  hasGeneration: true,
});
