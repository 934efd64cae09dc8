import type { GenericSchema } from 'valibot';
import {
  eventSchema,
  listSchema,
  nodeSchema,
  objectSchema,
  plainSelectorSchema,
  podSchema,
  reviewSchema,
  workloadSchema,
} from './schemas.ts';

/** A kind of object that can be validated. */
export interface Kind {
  /** With its article: `a Pod`. */
  words: string;
  /** The expected value of its field `kind`, if present: items of lists have none. Undefined: any. */
  kind?: string;
  schema: GenericSchema;
  /** Adds fields that the type always has and a response may lack. */
  complete?: (object: unknown) => void;
}

export const REVIEW: GenericSchema = reviewSchema;
export const LIST: GenericSchema = listSchema;

function named(kind: string, schema: GenericSchema): Kind {
  return { words: `${kind.startsWith('E') ? 'an' : 'a'} ${kind}`, kind, schema };
}

/** By API group and resource. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['/pods', { ...named('Pod', podSchema), complete: completePod }],
  ['/nodes', named('Node', nodeSchema)],
  ['/events', named('Event', eventSchema)],
  ['/services', named('Service', plainSelectorSchema)],
  ['/replicationcontrollers', named('ReplicationController', plainSelectorSchema)],
  ['apps/deployments', named('Deployment', workloadSchema)],
  ['apps/replicasets', named('ReplicaSet', workloadSchema)],
  ['apps/statefulsets', named('StatefulSet', workloadSchema)],
  ['apps/daemonsets', named('DaemonSet', workloadSchema)],
  ['batch/jobs', named('Job', workloadSchema)],
]);

/** A spec always has containers. */
function completePod(object: unknown): void {
  const { spec } = object as { spec?: { containers?: unknown[] } };
  if (spec !== undefined) spec.containers ??= [];
}

const ANY: Kind = { words: 'an object of the API', schema: objectSchema };

/** The expected form of objects of a resource. */
export function findKind(group: string, resource: string): Kind {
  return KINDS.get(`${group}/${resource}`) ?? ANY;
}
