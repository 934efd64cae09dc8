import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';

/** Kinds of objects that can be debugged, or that have pods that can. */
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

/** The API path of each kind. These are fixed since Kubernetes 1.25, so no discovery is needed. */
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

/** All of these kinds have this version. */
const VERSION = 'v1';

/** The meaning of a target argument. */
export interface TargetWord {
  kind: TargetKind;
  name: string;
  /** `pods/web`, `deployments.apps/web`: for messages. */
  label: string;
  /** Path of the object; `namespace` is ignored for nodes. */
  path(namespace: string): string;
}

/**
 * Parses `NAME`, `TYPE/NAME` or `TYPE.VERSION.GROUP/NAME`; the type is case-insensitive. Throws DbgError: usage for a
 * malformed argument or a type that can't be debugged.
 */
export function parseTarget(word: string): TargetWord {
  const slash = word.indexOf('/');
  if (slash < 0) return target(rowOf('pods'), checkName(word, word));
  if (word.indexOf('/', slash + 1) >= 0) {
    throw new DbgError(
      'usage',
      'TargetMalformed',
      'arguments in resource/name form may not have more than one slash',
      { word, problem: 'slashes' },
    );
  }
  const [type, name] = [word.slice(0, slash), word.slice(slash + 1)];
  if (type === '' || name === '' || word.includes(',')) {
    throw new DbgError(
      'usage',
      'TargetMalformed',
      'arguments in resource/name form must have a single resource and name',
      { word, problem: 'parts' },
    );
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

/** Short names of the types, for completion. */
export const TYPE_WORDS: readonly string[] = KINDS.map(({ kind, short }) =>
  kind === 'Pod' || kind === 'Node' ? kind.toLowerCase() : (short ?? kind.toLowerCase()),
);

/** The kind of a type name. */
export function kindOfWord(type: string): TargetKind | undefined {
  return findRow(type)?.kind;
}

/** Whether a word alone is the name of a type, as in the mistaken `pod web`. */
export function isTypeWord(word: string): boolean {
  return findRow(word) !== undefined;
}

function rowOf(type: string): KindRow {
  const row = findRow(type);
  if (row !== undefined) return row;
  throw new DbgError('usage', 'TypeNotDebuggable', `"${type}" is not a type that can be debugged`, {
    type,
    known: KINDS.slice(2).map(({ kind }) => kind),
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
  const label = row.group === '' ? `${row.plural}/${name}` : `${row.plural}.${row.group}/${name}`;
  return {
    kind: row.kind,
    name,
    label,
    path: (namespace) =>
      apiPaths.object(row.group, row.kind === 'Node' ? undefined : namespace, row.plural, name),
  };
}

/** The server also refuses names that can't be a segment of a path; an early check avoids odd requests. */
function checkName(name: string, word: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !name.includes('%')) return name;
  throw new DbgError('usage', 'TargetMalformed', `${JSON.stringify(word)} is not a valid target`, {
    word,
    problem: 'name',
  });
}
