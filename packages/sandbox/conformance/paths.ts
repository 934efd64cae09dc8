import type { Condition } from './recording.ts';

/** The value at a dotted path; `[x]` picks the list item whose name or type is x, or the index. */
export function valueAt(root: unknown, path: string): unknown {
  let value = root;
  for (const part of path.match(/[^.[\]]+|\[[^\]]*\]/g) ?? []) {
    if (value === null || value === undefined) return undefined;
    value = part.startsWith('[') ? pick(value, part.slice(1, -1)) : (value as Record<string, unknown>)[part];
  }
  return value;
}

function pick(list: unknown, key: string): unknown {
  if (!Array.isArray(list)) return undefined;
  const named = list.find((item) => {
    const { name, type } = (item ?? {}) as { name?: unknown; type?: unknown };
    return name === key || type === key;
  });
  return named ?? (/^\d+$/.test(key) ? list[Number(key)] : undefined);
}

/** Whether all conditions hold for a response, or for an event of a watch. */
export function holds(
  conditions: readonly Condition[],
  seen: { object: unknown; eventType?: string; status?: number },
): boolean {
  return conditions.every((condition) => holdsOne(condition, seen));
}

function holdsOne(
  condition: Condition,
  seen: { object: unknown; eventType?: string; status?: number },
): boolean {
  if (condition.eventType !== undefined && seen.eventType !== condition.eventType) return false;
  if (condition.status !== undefined && seen.status !== condition.status) return false;
  if (condition.path === undefined) return true;
  const value = valueAt(seen.object, condition.path);
  if (condition.exists !== undefined) return (value !== undefined && value !== null) === condition.exists;
  if (condition.atLeast !== undefined) return typeof value === 'number' && value >= condition.atLeast;
  return JSON.stringify(value) === JSON.stringify(condition.equals);
}
