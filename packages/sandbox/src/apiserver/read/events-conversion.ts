import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import type { FieldReaders } from '../../machinery/selectors/field-selector.ts';

/** Fields of core/v1 Events and their names in events.k8s.io/v1, in the order of the latter. */
const FIELDS: readonly (readonly [core: string, events: string])[] = [
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
  ['action', 'action'],
  ['reason', 'reason'],
  ['involvedObject', 'regarding'],
  ['related', 'related'],
  ['message', 'note'],
  ['type', 'type'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

const EVENTS_GROUP = 'events.k8s.io';

/** Converts an object from the stored version to that of the requested resource. */
export function served(resource: Pick<Resource, 'group'>, object: KubeObject): KubeObject {
  if (resource.group !== EVENTS_GROUP) return object;
  return renamed(object, FIELDS);
}

/** Converts an object to the stored version. */
export function stored(resource: Pick<Resource, 'group'>, object: KubeObject): KubeObject {
  if (resource.group !== EVENTS_GROUP) return object;
  const core = renamed(
    object,
    FIELDS.map(([coreName, name]) => [name, coreName] as const),
  );
  return { ...core, apiVersion: 'v1' };
}

function renamed(object: KubeObject, fields: readonly (readonly [from: string, to: string])[]): KubeObject {
  const out: KubeObject = { apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  for (const [from, to] of fields) if (object[from] !== undefined) out[to] = object[from];
  return out;
}

/** The field selectors of a resource: those of the stored version, by their names in the requested one. */
export function fieldReaders(resource: Pick<Resource, 'group'>, readers: FieldReaders): FieldReaders {
  if (resource.group !== EVENTS_GROUP) return readers;
  const names = Object.keys(readers).map((name) => {
    const [first = '', ...rest] = name.split('.');
    const [, own = first] = FIELDS.find(([core]) => core === first) ?? [];
    return [[own, ...rest].join('.'), readers[name]] as const;
  });
  return Object.fromEntries(names) as FieldReaders;
}
