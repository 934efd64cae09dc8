import type { KubeObject } from '../../machinery/objects.ts';
import type { TableColumn, TableRow } from '../rules.ts';
import { ageOf } from './age.ts';
import { AGE, column, NAME, orNone, wide } from './columns.ts';

const ADDRESSES =
  "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).";

export const NODE_COLUMNS: readonly TableColumn[] = [
  NAME,
  column('Status', 'The status of the node'),
  column('Roles', 'The roles of the node'),
  AGE,
  column('Version', 'Kubelet Version reported by the node.'),
  wide('Internal-IP', ADDRESSES),
  wide('External-IP', ADDRESSES),
  wide('OS-Image', 'OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).'),
  wide('Kernel-Version', "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64)."),
  wide(
    'Container-Runtime',
    'ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).',
  ),
];

const ROLE_PREFIX = 'node-role.kubernetes.io/';

interface NodeFields {
  spec?: { unschedulable?: boolean };
  status?: {
    conditions?: { type: string; status: string }[];
    addresses?: { type: string; address: string }[];
    nodeInfo?: Record<string, string>;
  };
}

/** A node's row in `kubectl get nodes`. */
export function nodeRow(object: KubeObject, now: Date): TableRow {
  const node = object as unknown as NodeFields;
  const info = node.status?.nodeInfo ?? {};
  const kernel = info['kernelVersion'] ?? '';
  const architecture = info['architecture'] ?? '';
  const address = (type: string): string =>
    orNone(node.status?.addresses?.find((entry) => entry.type === type)?.address);
  return {
    cells: [
      object.metadata.name ?? '',
      stateOf(node),
      rolesOf(object.metadata.labels ?? {}),
      ageOf(object.metadata.creationTimestamp, now),
      info['kubeletVersion'] ?? '',
      address('InternalIP'),
      address('ExternalIP'),
      info['osImage'] ?? '<unknown>',
      kernel === '' ? '<unknown>' : architecture === '' ? kernel : `${kernel} (${architecture})`,
      info['containerRuntimeVersion'] ?? '<unknown>',
    ],
  };
}

function stateOf({ spec, status }: NodeFields): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesOf(labels: Readonly<Record<string, string>>): string {
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return orNone(
    roles
      .filter((role) => role !== '')
      .sort()
      .join(','),
  );
}
