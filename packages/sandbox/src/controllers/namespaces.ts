import { GROUP_VERSIONS } from '../apiserver/discovery/resource-table.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';

const ROOT_CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Creates the default ServiceAccount and the CA bundle of each namespace, and deletes the content of terminating
 * namespaces. Returns the stop function.
 */
export function startNamespaceController(
  store: Store,
  authority: string,
  deletePod: (namespace: string, name: string) => void,
): () => void {
  const furnish = (namespace: KubeObject): void => {
    const name = namespace.metadata.name ?? '';
    if (namespace.metadata.deletionTimestamp === undefined) populateNamespace(store, name, authority);
  };
  const empty = (name: string): void => deleteContent(store, name, deletePod);
  const stops = [
    // Synchronously, so that a pod that is created right after its namespace finds its ServiceAccount.
    store.subscribe('namespaces', ({ type, object }) => {
      if (type === 'ADDED') furnish(object);
      else if (type === 'MODIFIED' && isTerminating(object)) setImmediate(empty, object.metadata.name ?? '');
    }),
    store.subscribe('pods', ({ type, object }) => {
      if (type !== 'DELETED') return;
      const name = object.metadata.namespace ?? '';
      const namespace = store.get('namespaces', undefined, name);
      if (namespace !== undefined && isTerminating(namespace)) setImmediate(empty, name);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function isTerminating({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function populateNamespace(store: Store, namespace: string, authority: string): void {
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

/** Deletes the pods of a namespace; once they are gone, everything else, and the namespace itself. */
function deleteContent(
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
