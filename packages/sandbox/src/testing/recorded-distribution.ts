/** The recorded cluster's distribution adds a second CA bundle to every namespace, and projects it into every pod. */
const BUNDLE = 'openshift-service-ca.crt';

/** A reviver for JSON.parse that removes what is specific to that distribution. */
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
