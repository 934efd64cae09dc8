import { DbgError } from '../errors.ts';

/** Kinds of objects that can be debugged, or that lead to pods that can. */
export type TargetKind =
  | 'Pod'
  | 'Node'
  | 'Deployment'
  | 'ReplicaSet'
  | 'StatefulSet'
  | 'DaemonSet'
  | 'Job'
  | 'CronJob'
  | 'ReplicationController'
  | 'Service';

interface KindRow {
  kind: TargetKind;
  group: '' | 'apps' | 'batch';
  plural: string;
  short?: string;
}

/** Where each kind lives. These paths are fixed since Kubernetes 1.25, so no discovery is needed. */
const KINDS: readonly KindRow[] = [
  { kind: 'Pod', group: '', plural: 'pods', short: 'po' },
  { kind: 'Node', group: '', plural: 'nodes', short: 'no' },
  { kind: 'Service', group: '', plural: 'services', short: 'svc' },
  { kind: 'ReplicationController', group: '', plural: 'replicationcontrollers', short: 'rc' },
  { kind: 'Deployment', group: 'apps', plural: 'deployments', short: 'deploy' },
  { kind: 'ReplicaSet', group: 'apps', plural: 'replicasets', short: 'rs' },
  { kind: 'StatefulSet', group: 'apps', plural: 'statefulsets', short: 'sts' },
  { kind: 'DaemonSet', group: 'apps', plural: 'daemonsets', short: 'ds' },
  { kind: 'Job', group: 'batch', plural: 'jobs' },
  { kind: 'CronJob', group: 'batch', plural: 'cronjobs', short: 'cj' },
];

/** Every one of these kinds is served in this version. */
const VERSION = 'v1';

/** What a target word means. */
export interface TargetWord {
  kind: TargetKind;
  name: string;
  /** `pods/web`, `deployments.apps/web`: for messages. */
  label: string;
  /** Path of the object; `namespace` is ignored for nodes. */
  path(namespace: string): string;
}

/**
 * Resolves `NAME`, `TYPE/NAME` or `TYPE.VERSION.GROUP/NAME`, in any letter case of the type.
 * Throws DbgError: usage for a malformed word or a type that can't be debugged.
 */
export function resolveTarget(word: string): TargetWord {
  const slash = word.indexOf('/');
  if (slash < 0) return target(rowOf('pods'), checkName(word, word));
  if (word.indexOf('/', slash + 1) >= 0) {
    throw new DbgError('usage', 'arguments in resource/name form may not have more than one slash', {
      remedy: `Write ${JSON.stringify(word)} as TYPE/NAME`,
    });
  }
  const [type, name] = [word.slice(0, slash), word.slice(slash + 1)];
  if (type === '' || name === '' || word.includes(',')) {
    throw new DbgError('usage', 'arguments in resource/name form must have a single resource and name', {
      remedy: `Write ${JSON.stringify(word)} as TYPE/NAME, one word for each target`,
    });
  }
  const row = rowOf(type);
  return target(row, checkName(name, word));
}

/** The kind of an object by its type, if it can be debugged. */
export function kindOf(apiVersion: string, kind: string): TargetKind | undefined {
  return KINDS.find(
    (row) => row.kind === kind && apiVersion === (row.group === '' ? VERSION : `${row.group}/${VERSION}`),
  )?.kind;
}

/** Short words for the types, as completion offers them. */
export const TYPE_WORDS: readonly string[] = KINDS.map(({ kind, short }) =>
  kind === 'Pod' || kind === 'Node' ? kind.toLowerCase() : (short ?? kind.toLowerCase()),
);

/** The kind that a type word means. */
export function kindOfWord(type: string): TargetKind | undefined {
  return findRow(type)?.kind;
}

/** Whether a word by itself is the name of a type, as in the mistaken `pod web`. */
export function isTypeWord(word: string): boolean {
  return findRow(word) !== undefined;
}

function rowOf(type: string): KindRow {
  const row = findRow(type);
  if (row !== undefined) return row;
  throw new DbgError('usage', `"${type}" is not a type that can be debugged`, {
    remedy: `Name a pod, a node, or one of ${KINDS.slice(2)
      .map(({ kind }) => kind)
      .join(', ')}`,
  });
}

/** The row for `TYPE`, `TYPE.GROUP`, `TYPE.VERSION.GROUP`; the core group's name is empty. */
function findRow(type: string): KindRow | undefined {
  const [name = '', ...rest] = type.toLowerCase().split('.');
  const row = KINDS.find(
    ({ kind, plural, short }) => name === plural || name === short || name === kind.toLowerCase(),
  );
  if (row === undefined || rest.length === 0) return row;
  const [first, ...others] = rest;
  const group = rest.join('.');
  if (group === row.group) return row;
  return first === VERSION && others.length > 0 && others.join('.') === row.group ? row : undefined;
}

function target(row: KindRow, name: string): TargetWord {
  const base = row.group === '' ? `/api/${VERSION}` : `/apis/${row.group}/${VERSION}`;
  const label = row.group === '' ? `${row.plural}/${name}` : `${row.plural}.${row.group}/${name}`;
  return {
    kind: row.kind,
    name,
    label,
    path: (namespace) =>
      row.kind === 'Node'
        ? `${base}/nodes/${encodeURIComponent(name)}`
        : `${base}/namespaces/${encodeURIComponent(namespace)}/${row.plural}/${encodeURIComponent(name)}`,
  };
}

/** Names that can't be a segment of a path are refused by the server too; saying so early avoids odd requests. */
function checkName(name: string, word: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !name.includes('%')) return name;
  throw new DbgError('usage', `${JSON.stringify(word)} is not a valid target`, {
    remedy: 'Name a pod, TYPE/NAME, or node/NAME',
  });
}
