import type { Right } from '../model/right.ts';

/** Verbs of one resource. */
interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

/** Secrets are never requested. */
const NEVER = /^secrets\b/;

/**
 * The smallest Role, ClusterRole and bindings that grant these rights to a user, ready to apply. Source:
 * rbac.authorization.k8s.io/v1. Empty if nothing is missing.
 */
export function rolesFor(needs: readonly Right[], user: string): object[] {
  const asked = needs.filter(({ resource }) => !NEVER.test(resource));
  const namespaces = [...new Set(asked.flatMap(({ namespace }) => namespace ?? []))].sort();
  const wide = rulesOf(asked.filter(({ namespace }) => namespace === undefined));
  return [
    ...namespaces.flatMap((namespace) =>
      pair(
        'Role',
        'kubectl-dbg-debug',
        rulesOf(asked.filter((need) => need.namespace === namespace)),
        user,
        namespace,
      ),
    ),
    ...(wide.length === 0 ? [] : pair('ClusterRole', 'kubectl-dbg-diagnose', wide, user)),
  ];
}

function pair(
  kind: 'Role' | 'ClusterRole',
  name: string,
  rules: PolicyRule[],
  user: string,
  namespace?: string,
): object[] {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [subjectOf(user)],
    },
  ];
}

/** A service account has its own kind of subject. */
function subjectOf(user: string): object {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account !== null) return { kind: 'ServiceAccount', namespace: account[1], name: account[2] };
  return { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user };
}

/** One rule for each resource, with its verbs. */
function rulesOf(needs: readonly Right[]): PolicyRule[] {
  const verbs = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { group, resource, verb } of needs) {
    const key = `${group}/${resource}`;
    const entry = verbs.get(key) ?? { group, resource, verbs: new Set<string>() };
    entry.verbs.add(verb);
    verbs.set(key, entry);
  }
  return [...verbs.values()].map((entry) => ({
    apiGroups: [entry.group],
    resources: [entry.resource],
    verbs: [...entry.verbs].sort(),
  }));
}
