/** The recorded server's distribution gives every namespace a second bundle, and projects it into every pod. */
const BUNDLE = 'openshift-service-ca.crt';

/** Reads recorded JSON without what no other cluster has, for `JSON.parse`. */
export function withoutDistribution(_key: string, value: unknown): unknown {
  return Array.isArray(value) ? value.filter((item: unknown) => !isBundle(item)) : value;
}

/** A source of a projected volume, or the object itself in a list. */
function isBundle(item: unknown): boolean {
  const { configMap, metadata } = (item ?? {}) as {
    configMap?: { name?: string };
    metadata?: { name?: string };
  };
  return configMap?.name === BUNDLE || metadata?.name === BUNDLE;
}
