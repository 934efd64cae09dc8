import { GROUP_VERSIONS } from '../apiserver/discovery/resource-table.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';

const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Gives each namespace its default service account and the bundle of the cluster's authority, and empties the
 * namespaces that are being deleted. Returns the function that stops it.
 */
export function startNamespaceController(
  store: Store,
  authority: string,
  deletePod: (namespace: string, name: string) => void,
): () => void {
  const furnish = (namespace: KubeObject): void => {
    const name = namespace.metadata.name ?? '';
    if (namespace.metadata.deletionTimestamp === undefined) furnishNamespace(store, name, authority);
  };
  const drain = (name: string): void => drainNamespace(store, name, deletePod);
  const stops = [
    // At once, within the creation: a pod created right behind its namespace finds its service account.
    store.subscribe('namespaces', ({ type, object }) => {
      if (type === 'ADDED') furnish(object);
      else if (type === 'MODIFIED' && isTerminating(object)) setImmediate(drain, object.metadata.name ?? '');
    }),
    store.subscribe('pods', ({ type, object }) => {
      if (type !== 'DELETED') return;
      const name = object.metadata.namespace ?? '';
      const namespace = store.get('namespaces', undefined, name);
      if (namespace !== undefined && isTerminating(namespace)) setImmediate(drain, name);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function furnishNamespace(store: Store, namespace: string, authority: string): void {
  if (store.get('serviceaccounts', namespace, 'default') === undefined) {
    store.create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    });
  }
  createBundle(store, namespace, 'kube-root-ca.crt', 'ca.crt', authority, {
    'kubernetes.io/description': ROOT_CA_DESCRIPTION,
  });
}

function createBundle(
  store: Store,
  namespace: string,
  name: string,
  key: string,
  authority: string,
  annotations: Record<string, string>,
): void {
  if (store.get('configmaps', namespace, name) !== undefined) return;
  store.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, annotations },
    data: { [key]: authority },
  });
}

/** Deletes what lives in a namespace; once the pods are gone, the rest, and the namespace itself. */
function drainNamespace(
  store: Store,
  name: string,
  deletePod: (namespace: string, name: string) => void,
): void {
  const namespace = store.get('namespaces', undefined, name);
  if (namespace === undefined || !isTerminating(namespace)) return;
  const keys = new Set(
    GROUP_VERSIONS.flatMap(({ resources }) => resources.filter(({ namespaced }) => namespaced)).map(
      ({ key }) => key,
    ),
  );
  keys.delete('pods');
  for (const key of keys) {
    for (const { metadata } of store.list(key, name)) store.remove(key, name, metadata.name ?? '');
  }
  for (const { metadata } of store.list('pods', name)) {
    if (metadata.deletionTimestamp === undefined) deletePod(name, metadata.name ?? '');
  }
  if (store.list('pods', name).length === 0) store.remove('namespaces', undefined, name);
}
