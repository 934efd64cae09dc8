import { apiPaths } from '../model/api-paths.ts';

/** The API paths of the kinds that a diagnosis reads. */
export interface KindPath {
  kind: string;
  group: string;
  plural: string;
  words: readonly string[];
}

const row = (kind: string, group: string, plural: string, ...short: string[]): KindPath => ({
  kind,
  group,
  plural,
  words: [plural, kind.toLowerCase(), ...short],
});

/** Kinds that can be targets, with their names. */
export const KINDS: readonly KindPath[] = [
  row('Pod', '', 'pods', 'po'),
  row('Node', '', 'nodes', 'no'),
  row('Namespace', '', 'namespaces', 'ns'),
  row('Service', '', 'services', 'svc'),
  row('PersistentVolumeClaim', '', 'persistentvolumeclaims', 'pvc'),
  row('Deployment', 'apps', 'deployments', 'deploy'),
  row('ReplicaSet', 'apps', 'replicasets', 'rs'),
  row('StatefulSet', 'apps', 'statefulsets', 'sts'),
  row('DaemonSet', 'apps', 'daemonsets', 'ds'),
  row('Job', 'batch', 'jobs'),
  row('CronJob', 'batch', 'cronjobs', 'cj'),
  row('Ingress', 'networking.k8s.io', 'ingresses', 'ing'),
];

export const WORKLOADS = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'] as const;

/** Kinds that are read but can't be targets. */
const OTHERS: readonly KindPath[] = [
  row('Event', '', 'events'),
  row('ResourceQuota', '', 'resourcequotas'),
  row('LimitRange', '', 'limitranges'),
  row('EndpointSlice', 'discovery.k8s.io', 'endpointslices'),
  row('PodDisruptionBudget', 'policy', 'poddisruptionbudgets'),
];

/** The kind of a name: `po`, `deployments`, `deployments.apps`. */
export function kindOfWord(word: string): KindPath | undefined {
  const [name = '', ...group] = word.toLowerCase().split('.');
  return KINDS.find(
    (entry) =>
      entry.words.includes(name) &&
      (group.length === 0 || group.join('.').replace(/^v1\./, '') === entry.group),
  );
}

/** Path of a kind's collection; of all namespaces if `namespace` is undefined. */
export function collectionPath(kind: string, namespace: string | undefined): string {
  const entry = [...KINDS, ...OTHERS].find((candidate) => candidate.kind === kind);
  if (kind === 'HorizontalPodAutoscaler')
    return apiPaths.collection('autoscaling', namespace, 'horizontalpodautoscalers', 'v2');
  if (entry === undefined) throw new Error(`no path of kind ${kind} is known`);
  const isClusterWide = kind === 'Node' || kind === 'Namespace';
  return apiPaths.collection(entry.group, isClusterWide ? undefined : namespace, entry.plural);
}

export function objectPath(kind: string, namespace: string | undefined, name: string): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}
