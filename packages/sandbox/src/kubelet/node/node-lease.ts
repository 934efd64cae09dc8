import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';

const RESOURCE = 'leases.coordination.k8s.io';
const NAMESPACE = 'kube-node-lease';
/** The kubelet's default `nodeLeaseDurationSeconds`; the lease is renewed four times per duration. */
const LEASE_SECONDS = 40;
const RENEW_MS = (LEASE_SECONDS * 1000) / 4;

/** Renews the node's Lease, the kubelet's heartbeat. Returns the stop function. */
export function startNodeLease(store: Store, nodeName: string, now: () => Date): () => void {
  renew(store, nodeName, now());
  const timer = setInterval(() => renew(store, nodeName, now()), RENEW_MS).unref();
  return () => clearInterval(timer);
}

function renew(store: Store, nodeName: string, now: Date): void {
  const spec = {
    holderIdentity: nodeName,
    leaseDurationSeconds: LEASE_SECONDS,
    // Lease times are MicroTime.
    renewTime: now.toISOString().replace('Z', '000Z'),
  };
  const renewed = store.update(RESOURCE, NAMESPACE, nodeName, (draft) => {
    draft['spec'] = spec;
  });
  if (renewed !== undefined) return;
  const node = store.get('nodes', undefined, nodeName);
  const uid = node?.metadata.uid;
  const owner = { apiVersion: 'v1', kind: 'Node', name: nodeName, uid: uid ?? '' };
  const lease: KubeObject = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: nodeName,
      namespace: NAMESPACE,
      ...(uid === undefined ? {} : { ownerReferences: [owner] }),
    },
    spec,
  };
  store.create(RESOURCE, lease);
}
