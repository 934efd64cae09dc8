import { structSchema } from './schema/parse.ts';
import type { Field, FieldType, StructSchema } from './schema/types.ts';

/*
 * The internal form of objects in a real API server, as its messages show it: Go field names, all fields, null for absent
 * ones.
 */

/** Go names that are not the capitalized JSON name. */
const GO_NAMES: Readonly<Record<string, string>> = {
  apiVersion: 'APIVersion',
  dnsConfig: 'DNSConfig',
  dnsPolicy: 'DNSPolicy',
  fsGroup: 'FSGroup',
  fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsType: 'FSType',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  httpGet: 'HTTPGet',
  httpHeaders: 'HTTPHeaders',
  ip: 'IP',
  nfs: 'NFS',
  os: 'OS',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxOptions: 'SELinuxOptions',
  setHostnameAsFQDN: 'SetHostnameAsFQDN',
  tcpSocket: 'TCPSocket',
  tty: 'TTY',
  uid: 'UID',
  csi: 'CSI',
  fc: 'FC',
  iscsi: 'ISCSI',
  rbd: 'RBD',
  storageos: 'StorageOS',
  cephfs: 'CephFS',
  awsElasticBlockStore: 'AWSElasticBlockStore',
  gcePersistentDisk: 'GCEPersistentDisk',
};

function goName(name: string): string {
  return GO_NAMES[name] ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

/** Fields that are in the security context of the internal PodSpec, in order. */
const HOST_FIELDS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

/** The order of fields in the internal PodSpec, without the host fields and the deprecated serviceAccount. */
const POD_SPEC_ORDER =
  'volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup'.split(
    ' ',
  );

type Values = Readonly<Record<string, unknown>>;

/** The internal form of a struct's value, for JSON.stringify. */
export function internalForm(structName: string, value: unknown): unknown {
  return structForm(structSchema(structName), (value ?? {}) as Values);
}

function structForm(schema: StructSchema, value: Values): unknown {
  if (schema.name === 'PodSpec') return podSpecForm(schema, value);
  return fieldsForm([...schema.fields.values()], value);
}

function fieldsForm(fields: readonly Field[], value: Values): Record<string, unknown> {
  return Object.fromEntries(fields.map((field) => [goName(field.name), fieldForm(field, value[field.name])]));
}

function podSpecForm(schema: StructSchema, value: Values): unknown {
  const named = (name: string): Field[] => {
    const field = schema.fields.get(name);
    return field === undefined ? [] : [field];
  };
  const form = fieldsForm(POD_SPEC_ORDER.flatMap(named), value);
  if (form['SecurityContext'] !== null) {
    const host = fieldsForm(HOST_FIELDS.flatMap(named), value);
    form['SecurityContext'] = { ...host, ...(form['SecurityContext'] as object) };
  }
  return form;
}

function fieldForm(field: Field, value: unknown): unknown {
  if (value === undefined || value === null) return field.pointer ? null : zeroForm(field.type);
  return valueForm(field.type, value);
}

function zeroForm(type: FieldType): unknown {
  switch (type.kind) {
    case 'struct':
      return structForm(type.struct, {});
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    default:
      return null;
  }
}

function valueForm(type: FieldType, value: unknown): unknown {
  if (type.kind === 'struct') return structForm(type.struct, value as Values);
  if (type.kind === 'list') return (value as unknown[]).map((item) => valueForm(type.of, item));
  if (type.kind === 'map') {
    const entries = Object.entries(value as Values).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([name, item]) => [name, valueForm(type.of, item)]));
  }
  return value;
}
