import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserInfo } from '../resources/rules.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { createAuthorizer } from './authorizer.ts';
import { bootstrapRbac } from './bootstrap.ts';
import { accessForbidden } from './forbidden.ts';
import type { AccessRequest } from './access-request.ts';
import type { PolicyRule, Subject } from '../resources/kinds/rbac-types.ts';

const RBAC = 'rbac.authorization.k8s.io';

function user(name: string, ...groups: string[]): UserInfo {
  return { name, groups: [...groups, 'system:authenticated'] };
}

/** `get pods/log web in ns`, or `get /version`. */
function request(text: string): AccessRequest {
  const [verb = '', target = '', ...rest] = text.split(' ');
  const blank = { verb, path: '', group: '', namespace: '', resource: '', subresource: '', name: '' };
  if (target.startsWith('/')) return { ...blank, isResourceRequest: false, path: target };
  const [full = '', group = ''] = target.split('@');
  const [resource = '', subresource = ''] = full.split('/');
  const place = rest.indexOf('in');
  return {
    ...blank,
    isResourceRequest: true,
    resource,
    subresource,
    group,
    name: place === 0 ? '' : (rest[0] ?? ''),
    namespace: place < 0 ? '' : (rest[place + 1] ?? ''),
  };
}

function cluster(): MemoryStore {
  const store = new MemoryStore();
  bootstrapRbac(store);
  const bind = (name: string, role: string, subject: Subject, namespace?: string): void => {
    const kind = namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding';
    store.create(`${kind.toLowerCase()}s.${RBAC}`, {
      apiVersion: `${RBAC}/v1`,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      subjects: [subject],
      roleRef: { apiGroup: RBAC, kind: role.startsWith('local-') ? 'Role' : 'ClusterRole', name: role },
    });
  };
  const role = (name: string, rules: PolicyRule[], namespace?: string): void => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    store.create(`${kind.toLowerCase()}s.${RBAC}`, {
      apiVersion: `${RBAC}/v1`,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
      rules,
    });
  };
  bind('dan-view', 'view', { kind: 'User', name: 'dan' });
  bind('ed-edit', 'edit', { kind: 'User', name: 'ed' }, 'team');
  bind('robots', 'admin', { kind: 'ServiceAccount', name: 'bot', namespace: 'team' }, 'team');
  bind('gone', 'nosuch', { kind: 'User', name: 'lost' });
  role(
    'local-named',
    [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] }],
    'team',
  );
  bind('named', 'local-named', { kind: 'Group', name: 'readers' }, 'team');
  role('all-logs', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*/log'] }]);
  bind('logs', 'all-logs', { kind: 'User', name: 'logger' });
  return store;
}

const USERS: Readonly<Record<string, UserInfo>> = {
  admin: user('root', 'system:masters'),
  dan: user('dan'),
  ed: user('ed'),
  bot: user('system:serviceaccount:team:bot'),
  reader: user('rita', 'readers'),
  logger: user('logger'),
  nobody: { name: 'system:anonymous', groups: ['system:unauthenticated'] },
};

const ROWS: readonly [string, string, boolean][] = [
  ['admin', 'delete nodes vm', true],
  ['dan', 'list pods in any', true],
  ['dan', 'get pods/log web in any', true],
  ['dan', 'list events@events.k8s.io in any', true],
  ['dan', 'list secrets in any', false],
  ['dan', 'patch pods/ephemeralcontainers web in any', false],
  ['dan', 'get nodes vm', false],
  ['dan', 'get /version', true],
  ['dan', 'get /apis/apps', true],
  ['dan', 'get /metrics', false],
  ['dan', 'create selfsubjectaccessreviews@authorization.k8s.io', true],
  ['ed', 'create pods in team', true],
  ['ed', 'create pods in other', false],
  ['ed', 'create pods/exec web in team', true],
  ['ed', 'patch pods/ephemeralcontainers web in team', false],
  ['ed', 'create rolebindings@rbac.authorization.k8s.io in team', false],
  ['bot', 'create rolebindings@rbac.authorization.k8s.io in team', true],
  ['bot', 'get pods in other', false],
  ['reader', 'get pods web in team', true],
  ['reader', 'get pods db in team', false],
  ['reader', 'list pods in team', false],
  ['logger', 'get pods/log web in any', true],
  ['logger', 'get pods web in any', false],
  ['nobody', 'get /healthz', true],
  ['nobody', 'get /api', false],
  ['nobody', 'list pods in any', false],
];

const authorize = createAuthorizer(cluster());

for (const [who, what, allowed] of ROWS) {
  test(`${who} may ${allowed ? '' : 'not '}${what}`, () => {
    assert.equal(authorize(USERS[who] ?? user(who), request(what)).allowed, allowed);
  });
}

for (const [who, what, reason] of [
  ['admin', 'get pods in x', ''],
  [
    'dan',
    'get pods in x',
    'RBAC: allowed by ClusterRoleBinding "dan-view" of ClusterRole "view" to User "dan"',
  ],
  [
    'ed',
    'get pods in team',
    'RBAC: allowed by RoleBinding "ed-edit/team" of ClusterRole "edit" to User "ed"',
  ],
  [
    'bot',
    'get pods in team',
    'RBAC: allowed by RoleBinding "robots/team" of ClusterRole "admin" to ServiceAccount "bot/team"',
  ],
  [
    'reader',
    'get pods web in team',
    'RBAC: allowed by RoleBinding "named/team" of Role "local-named" to Group "readers"',
  ],
  ['dan', 'list secrets in x', ''],
] as const) {
  test(`the reason for ${who}: ${what}`, () => {
    assert.equal(authorize(USERS[who] ?? user(who), request(what)).reason, reason);
  });
}

test('the reason of a denial names a binding to a missing role', () => {
  assert.deepEqual(authorize(user('lost'), request('list pods in x')), {
    allowed: false,
    reason: `RBAC: clusterrole.${RBAC} "nosuch" not found`,
  });
});

for (const [what, message] of [
  [
    'get pods web in a',
    'pods "web" is forbidden: User "dan" cannot get resource "pods" in API group "" in the namespace "a"',
  ],
  [
    'list pods in a',
    'pods is forbidden: User "dan" cannot list resource "pods" in API group "" in the namespace "a"',
  ],
  [
    'get nodes',
    'nodes is forbidden: User "dan" cannot get resource "nodes" in API group "" at the cluster scope',
  ],
  [
    'patch deployments/scale@apps web in a',
    'deployments.apps "web" is forbidden: User "dan" cannot patch resource "deployments/scale" in API group "apps" in the namespace "a"',
  ],
  ['get /x', 'forbidden: User "dan" cannot get path "/x"'],
] as const) {
  test(`refuses "${what}" with the server's message`, () => {
    const error = accessForbidden(user('dan'), request(what), '');
    assert.equal(error.message, message);
    assert.equal(error.code, 403);
  });
}
