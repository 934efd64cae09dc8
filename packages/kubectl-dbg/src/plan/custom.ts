import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1.d.ts';
import type { PartialContainer } from '../model/plan.ts';

type Json = Record<string, unknown>;

/** Lists of a container that merge by a key of their entries (the API's patch merge keys); all others are replaced. */
const MERGE_KEYS: Record<string, string> = {
  env: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  claims: 'name',
};

/** Merges a partial container into `container`, in place, like a strategic merge patch. */
export function mergeCustom(container: Container | EphemeralContainer, custom: PartialContainer): void {
  mergeObject(container as unknown as Json, custom);
}

function mergeObject(into: Json, from: Json): void {
  for (const [key, value] of Object.entries(from)) {
    const mergeKey = MERGE_KEYS[key];
    const before = into[key];
    if (mergeKey !== undefined && Array.isArray(value) && Array.isArray(before)) {
      into[key] = mergeList(before as Json[], value as Json[], mergeKey);
    } else if (isObject(value) && isObject(before)) {
      mergeObject(before, value);
    } else {
      into[key] = structuredClone(value);
    }
  }
}

/**
 * Entries of the patch in its order; entries that only `before` has keep their position relative to entries that both
 * have, and otherwise come last.
 */
function mergeList(before: readonly Json[], patch: readonly Json[], key: string): Json[] {
  const placeBefore = (entry: Json): number => before.findIndex((known) => known[key] === entry[key]);
  const kept = before.filter((entry) => !patch.some((other) => other[key] === entry[key]));
  const merged: Json[] = [];
  for (const entry of patch) {
    const place = placeBefore(entry);
    merged.push(...kept.splice(0, kept.filter((other) => placeBefore(other) < place).length));
    const old = place < 0 ? undefined : before[place];
    const result: Json = old === undefined ? {} : structuredClone(old);
    mergeObject(result, entry);
    merged.push(result);
  }
  return [...merged, ...kept];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
