export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two list items are the same: by merge key, or by value in lists of scalars. */
export function sameItem(a: Json, b: Json, mergeKey: string): boolean {
  if (mergeKey === '') return a === b;
  return isObject(a) && isObject(b) && a[mergeKey] === b[mergeKey];
}

/**
 * The order of a merged list: items of the patch are in the patch's order, all others in the server's, and both are merged
 * without changing either order. Where the order is undefined, the patch's item comes first; so new items precede old ones.
 */
export function mergeByOrder(
  merged: readonly Json[],
  named: readonly Json[],
  patchOrder: readonly Json[],
  serverOrder: readonly Json[],
  mergeKey: string,
): Json[] {
  const isNamed = (item: Json): boolean => named.some((one) => sameItem(one, item, mergeKey));
  const rank = (order: readonly Json[], item: Json): number =>
    order.findIndex((one) => sameItem(one, item, mergeKey));
  const byRank = (order: readonly Json[]) => (a: Json, b: Json) => rank(order, a) - rank(order, b);
  const fromPatch = merged.filter(isNamed).toSorted(byRank(patchOrder));
  const fromServer = merged.filter((item) => !isNamed(item)).toSorted(byRank(serverOrder));
  const out: Json[] = [];
  while (fromServer.length > 0 || fromPatch.length > 0) {
    out.push(
      (takesServer(fromServer[0], fromPatch[0], serverOrder, rank) ? fromServer : fromPatch).shift() ?? null,
    );
  }
  return out;
}

function takesServer(
  server: Json | undefined,
  patch: Json | undefined,
  serverOrder: readonly Json[],
  rank: (order: readonly Json[], item: Json) => number,
): boolean {
  if (server === undefined) return false;
  if (patch === undefined) return true;
  const left = rank(serverOrder, server);
  const right = rank(serverOrder, patch);
  return left >= 0 && right >= 0 && left < right;
}
