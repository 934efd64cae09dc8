import { ApiStatusError, type Cluster } from '../cluster/index.ts';
import type { RightAnswer } from './finding.ts';
import { describeRight, type Right } from '../model/right.ts';
import { apiPaths } from '../model/api-paths.ts';

/** A rule of a SelfSubjectRulesReview. */
interface ResourceRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
}

/** The tasks of debugging, and the rights that they need; cluster-wide if no namespace is given. */
export function debuggingNeeds(namespace: string | undefined): readonly { what: string; needs: Right[] }[] {
  const own = (verbs: string, resource: string, group = ''): Right[] =>
    verbs.split(' ').map((verb) => ({ verb, resource, group, namespace }));
  const cluster = (verbs: string, resource: string): Right[] =>
    verbs.split(' ').map((verb) => ({ verb, resource, group: '', namespace: undefined }));
  const pods = own('get list watch', 'pods');
  return [
    { what: 'view', needs: [...pods, ...own('list', 'events')] },
    { what: 'logs', needs: own('get', 'pods/log') },
    { what: 'ephemeral', needs: own('patch', 'pods/ephemeralcontainers') },
    { what: 'attach', needs: own('get create', 'pods/attach') },
    { what: 'exec', needs: own('get create', 'pods/exec') },
    { what: 'copy', needs: own('create delete', 'pods') },
    { what: 'node', needs: [...cluster('get', 'nodes'), ...own('create delete', 'pods')] },
    { what: 'remove', needs: own('delete', 'pods') },
  ];
}

/** What a user may do: the answer for each task, and all missing rights. */
export interface Rights {
  /** The user's name on the server; undefined if unknown. */
  user: string | undefined;
  answers: RightAnswer[];
  /** For every task of `debuggingNeeds`. */
  missing: Map<string, Right[]>;
}

/**
 * Asks the server what this user may do: one review of all rules in the namespace, then one for each right that is still
 * open. Cluster-wide rights are reviewed without a namespace, or a RoleBinding would count for them. Sources:
 * SelfSubjectRulesReview, SelfSubjectAccessReview (authorization.k8s.io/v1), SelfSubjectReview.
 */
export async function askRights(
  cluster: Cluster,
  namespace: string | undefined,
  signal: AbortSignal,
  things = debuggingNeeds(namespace),
): Promise<Rights> {
  const [user, rules] = await Promise.all([
    userName(cluster, signal),
    namespace === undefined ? undefined : rulesOf(cluster, namespace, signal),
  ]);
  const asked = new Map<string, Promise<boolean | 'unknown'>>();
  const ask = (need: Right): Promise<boolean | 'unknown'> => {
    const key = describeRight(need);
    const known = asked.get(key) ?? answer(cluster, need, rules, signal);
    asked.set(key, known);
    return known;
  };
  const missing = new Map<string, Right[]>();
  const answers = await Promise.all(
    things.map(async ({ what, needs }): Promise<RightAnswer> => {
      const results = await Promise.all(needs.map(async (need) => ({ need, allowed: await ask(need) })));
      const lacking = results.filter(({ allowed }) => allowed === false).map(({ need }) => need);
      missing.set(what, lacking);
      const unknown = results.some(({ allowed }) => allowed === 'unknown');
      return {
        what,
        allowed: lacking.length > 0 ? false : unknown ? 'unknown' : true,
        missing: lacking.map(describeRight),
      };
    }),
  );
  return { user, answers, missing };
}

async function answer(
  cluster: Cluster,
  need: Right,
  rules: readonly ResourceRule[] | undefined,
  signal: AbortSignal,
): Promise<boolean | 'unknown'> {
  if (need.namespace !== undefined && rules?.some((rule) => grants(rule, need)) === true) return true;
  const [resource = '', subresource] = need.resource.split('/');
  const { verb, group, namespace } = need;
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  try {
    const review = await cluster.request<{ status?: { allowed?: boolean } }>({
      method: 'POST',
      path: apiPaths.collection('authorization.k8s.io', undefined, 'selfsubjectaccessreviews'),
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      },
      idempotent: true,
      signal,
    });
    return review.status?.allowed === true;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiStatusError) return 'unknown';
    throw error;
  }
}

/** A rule for named objects grants nothing in general. */
function grants(
  { verbs = [], apiGroups = [], resources = [], resourceNames = [] }: ResourceRule,
  need: Right,
): boolean {
  const has = (list: string[], value: string) => list.includes('*') || list.includes(value);
  const [, subresource] = need.resource.split('/');
  return (
    resourceNames.length === 0 &&
    has(verbs, need.verb) &&
    has(apiGroups, need.group) &&
    (has(resources, need.resource) || (subresource !== undefined && resources.includes(`*/${subresource}`)))
  );
}

async function rulesOf(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<ResourceRule[] | undefined> {
  try {
    const review = await cluster.request<{ status?: { resourceRules?: ResourceRule[] } }>({
      method: 'POST',
      path: apiPaths.collection('authorization.k8s.io', undefined, 'selfsubjectrulesreviews'),
      body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
      idempotent: true,
      signal,
    });
    return review.status?.resourceRules ?? [];
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}

async function userName(cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
  try {
    const review = await cluster.request<{ status?: { userInfo?: { username?: string } } }>({
      method: 'POST',
      path: apiPaths.collection('authentication.k8s.io', undefined, 'selfsubjectreviews'),
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      idempotent: true,
      signal,
    });
    return review.status?.userInfo?.username;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}
