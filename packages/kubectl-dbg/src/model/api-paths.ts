/**
 * Paths of the API, with each name escaped as one segment. If the namespace is undefined, the collection of all
 * namespaces.
 *
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/
 */
export const apiPaths = {
  namespaces: (): string => '/api/v1/namespaces',
  namespace: (name: string): string => `/api/v1/namespaces/${encodeURIComponent(name)}`,
  nodes: (): string => '/api/v1/nodes',
  node: (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`,
  pods: (namespace: string | undefined): string => collection('', namespace, 'pods'),
  pod: ({ namespace, pod }: { namespace: string; pod: string }, subresource?: string): string =>
    `${collection('', namespace, 'pods')}/${encodeURIComponent(pod)}${subresource === undefined ? '' : `/${subresource}`}`,
  events: (namespace: string | undefined): string => collection('', namespace, 'events'),
  /** Any other collection of a group, such as `apps`; the core group's name is empty. */
  collection,
  object: (group: string, namespace: string | undefined, plural: string, name: string): string =>
    `${collection(group, namespace, plural)}/${encodeURIComponent(name)}`,
};

function collection(
  group: string,
  namespace: string | undefined,
  plural: string,
  version: string = 'v1',
): string {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}${namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/${plural}`;
}
