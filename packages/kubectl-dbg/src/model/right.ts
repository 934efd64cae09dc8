/** A right in the terms of RBAC. */
export interface Right {
  verb: string;
  /** Including the subresource: `pods/attach`. */
  resource: string;
  /** Empty for the core group. */
  group: string;
  /** Undefined: cluster-wide. */
  namespace: string | undefined;
}

/** `get pods/log in namespace shop`, `list nodes in the whole cluster`; unsanitised. */
export function describeRight({ verb, resource, group, namespace }: Right): string {
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`} ${where}`;
}

/** The right that the authorizer's message names. Source: apiserver, "forbidden message". */
export function refusedRight(words: string): Right | undefined {
  const match =
    /User ".*" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/.exec(
      words,
    );
  if (match === null) return undefined;
  const [, verb = '', resource = '', group = '', namespace] = match;
  return { verb, resource, group, namespace };
}
