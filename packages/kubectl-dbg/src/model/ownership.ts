import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';
import type { RandomInt, Workflow } from './plan.ts';

/** Annotation of every pod that we create. Its value is an `Ownership` as JSON. */
export const SESSION_ANNOTATION = 'kubectl-dbg/session';

/**
 * Annotation of a pod whose ephemeral containers, which have no metadata, were recorded with a reason: a JSON object that
 * maps container names to `Ownership`.
 */
export const SESSIONS_ANNOTATION = 'kubectl-dbg/sessions';

/** Longest values that are read: others may have written them, so they are not trusted. */
const LONGEST_VALUE = 4096;
const LONGEST_MAP = 262_144;

/** Who created a pod, and why. */
export interface Ownership {
  /** Random id of one run of the program; objects with this id were created by that run. */
  session: string;
  workflow: Workflow;
  /** When it was created, RFC 3339 in UTC, by the client's clock. */
  created: string;
  /** Version of kubectl-dbg. */
  version: string;
  /** What was debugged. */
  source?: { kind: 'Pod' | 'Node'; namespace?: string; name: string; uid?: string };
  /** The user, as far as the client knows. */
  who?: string;
  /** The reason, in the user's words (`--reason`). */
  why?: string;
  /** When anybody may delete it, RFC 3339. */
  until?: string;
  /** Name of the pod that the mark is for. On another pod, for example a copy of this one, it proves nothing. */
  pod?: string;
  /** The debug container. */
  container?: string;
  /** A copy that replaced its original (`--replace`): it no longer exists for debugging. */
  replaces?: boolean;
  /** It is to be kept after its session (`--rm=false`). */
  kept?: boolean;
}

interface Annotated {
  metadata?: Pick<ObjectMeta, 'annotations'>;
}

/** Returns the object with our mark. */
export function withOwnership<T extends Annotated>(object: T, ownership: Ownership): T {
  const { metadata } = object;
  const annotations = { ...metadata?.annotations, [SESSION_ANNOTATION]: JSON.stringify(ownership) };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** The mark of an object; undefined if there is none, or if it is malformed. */
export function readOwnership(object: Annotated): Ownership | undefined {
  const value = readJson(object, SESSION_ANNOTATION, LONGEST_VALUE);
  return isOwnership(value) ? value : undefined;
}

/** The recorded ephemeral containers of a pod, by name; malformed entries are omitted. */
export function readSessionNotes(object: Annotated): ReadonlyMap<string, Ownership> {
  const value = readJson(object, SESSIONS_ANNOTATION, LONGEST_MAP);
  const notes = new Map<string, Ownership>();
  if (typeof value !== 'object' || value === null) return notes;
  for (const [container, note] of Object.entries(value)) if (isOwnership(note)) notes.set(container, note);
  return notes;
}

function readJson(object: Annotated, annotation: string, longest: number): unknown {
  const text = object.metadata?.annotations?.[annotation];
  if (typeof text !== 'string' || text.length > longest) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Id of a new session: 80 random bits. */
export function newSessionId(draw: RandomInt): string {
  return Array.from({ length: 5 }, () => draw(0x1_0000).toString(16).padStart(4, '0')).join('');
}

const WORKFLOWS: readonly unknown[] = ['ephemeral', 'copy', 'node'] satisfies Workflow[];

function isOwnership(value: unknown): value is Ownership {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  const { session, workflow, created, version, source, who, why, until, pod, container } = fields;
  const optional = (text: unknown) => text === undefined || typeof text === 'string';
  return (
    typeof session === 'string' &&
    session !== '' &&
    WORKFLOWS.includes(workflow) &&
    typeof created === 'string' &&
    typeof version === 'string' &&
    [who, why, until, pod, container].every(optional) &&
    [fields['replaces'], fields['kept']].every((flag) => flag === undefined || typeof flag === 'boolean') &&
    (source === undefined || isSource(source))
  );
}

function isSource(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, namespace, name, uid } = value as Record<string, unknown>;
  const optional = (text: unknown) => text === undefined || typeof text === 'string';
  return (
    (kind === 'Pod' || kind === 'Node') && typeof name === 'string' && optional(namespace) && optional(uid)
  );
}
