import { bootstrapRbac } from '../auth/bootstrap.ts';
import type { KubeObject } from '../machinery/objects.ts';
import { firstStorageClass } from '../resources/kinds/storage-types.ts';
import type { Store } from '../store/types.ts';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const PRIORITY_CLASSES: readonly (readonly [name: string, value: number, description: string])[] = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
];
/** The first address of the Service range. */
const API_SERVICE_ADDRESS = '10.96.0.1';

/**
 * Creates the objects of a new cluster: its namespaces, roles, priority classes, a StorageClass, and the API's Service.
 */
export function createFirstObjects(store: Store, apiPort: number): void {
  bootstrapRbac(store);
  for (const name of NAMESPACES) store.create('namespaces', namespaceObject(name));
  for (const [name, value, description] of PRIORITY_CLASSES) {
    store.create('priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name, generation: 1 },
      value,
      description,
      preemptionPolicy: 'PreemptLowerPriority',
    });
  }
  store.create('storageclasses.storage.k8s.io', firstStorageClass());
  store.create('services', apiService(apiPort));
}

export function namespaceObject(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...labels, 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function apiService(targetPort: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort }],
      clusterIP: API_SERVICE_ADDRESS,
      clusterIPs: [API_SERVICE_ADDRESS],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  };
}
