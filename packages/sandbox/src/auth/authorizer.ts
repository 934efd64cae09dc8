import { selectorMatches } from '../machinery/selectors/label-selector.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { Store } from '../store/types.ts';
import { ruleAllows } from './policy-rules.ts';
import type { AccessDecision, AccessRequest } from './access-request.ts';
import type { BindingObject, PolicyRule, RoleObject, Subject } from '../resources/kinds/rbac-types.ts';

const RBAC = 'rbac.authorization.k8s.io';
const ROLES = `roles.${RBAC}`;
const CLUSTER_ROLES = `clusterroles.${RBAC}`;
/** Members of this group may do everything, without RBAC. */
const MASTERS = 'system:masters';

/** A rule that applies to a user, and the binding that it comes from, as text. */
interface HeldRule {
  rule: PolicyRule;
  source: string;
}

interface HeldRules {
  rules: HeldRule[];
  /** Bindings to roles that do not exist. */
  problems: string[];
}

/** RBAC authorization by the roles and bindings that are in the store at each request. */
export function createAuthorizer(store: Store): (user: UserInfo, request: AccessRequest) => AccessDecision {
  return (user, request) => {
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const { rules, problems } = heldRules(store, user, request.namespace);
    const found = rules.find(({ rule }) => ruleAllows(rule, request));
    if (found !== undefined) return { allowed: true, reason: `RBAC: allowed by ${found.source}` };
    const [first] = problems;
    if (first === undefined) return { allowed: false, reason: '' };
    const list = problems.length === 1 ? first : `[${problems.join(', ')}]`;
    return { allowed: false, reason: `RBAC: ${list}` };
  };
}

/** All rules that apply to a user in a namespace, including those of ClusterRoleBindings. */
export function rulesOf(store: Store, user: UserInfo, namespace: string): PolicyRule[] {
  return heldRules(store, user, namespace).rules.map(({ rule }) => rule);
}

function heldRules(store: Store, user: UserInfo, namespace: string): HeldRules {
  const held: HeldRules = { rules: [], problems: [] };
  for (const binding of store.list<BindingObject>(`clusterrolebindings.${RBAC}`)) {
    collect(store, user, binding, '', held);
  }
  const local = namespace === '' ? [] : store.list<BindingObject>(`rolebindings.${RBAC}`, namespace);
  for (const binding of local) collect(store, user, binding, namespace, held);
  return held;
}

function collect(
  store: Store,
  user: UserInfo,
  binding: BindingObject,
  namespace: string,
  held: HeldRules,
): void {
  const subject = binding.subjects?.find((entry) => isSubject(user, entry, namespace));
  if (subject === undefined) return;
  const { kind, name } = binding.roleRef;
  const role = kind === 'Role' ? store.get<RoleObject>(ROLES, namespace, name) : clusterRole(store, name);
  if (role === undefined) {
    held.problems.push(`${kind.toLowerCase()}.${RBAC} "${name}" not found`);
    return;
  }
  const kindOfBinding = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const place = namespace === '' ? '' : `/${namespace}`;
  const source = `${kindOfBinding} "${binding.metadata.name}${place}" of ${kind} "${name}" to ${describe(subject, namespace)}`;
  held.rules.push(...rulesOfRole(store, role).map((rule) => ({ rule, source })));
}

function clusterRole(store: Store, name: string): RoleObject | undefined {
  return store.get<RoleObject>(CLUSTER_ROLES, undefined, name);
}

/** The rules of a role; of an aggregated role, the rules of the roles that its selectors match. */
function rulesOfRole(store: Store, role: RoleObject): readonly PolicyRule[] {
  const selectors = role.aggregationRule?.clusterRoleSelectors;
  if (selectors === undefined || (role.rules ?? []).length > 0) return role.rules ?? [];
  return store
    .list<RoleObject>(CLUSTER_ROLES)
    .filter((other) => selectors.some((selector) => selectorMatches(selector, other.metadata.labels)))
    .flatMap((other) => other.rules ?? []);
}

function isSubject(user: UserInfo, subject: Subject, namespace: string): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.name === user.name;
    case 'Group':
      return user.groups.includes(subject.name);
    case 'ServiceAccount':
      return user.name === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
    default:
      return false;
  }
}

function describe(subject: Subject, namespace: string): string {
  return subject.kind === 'ServiceAccount'
    ? `ServiceAccount "${subject.name}/${subject.namespace ?? namespace}"`
    : `${subject.kind} "${subject.name}"`;
}
