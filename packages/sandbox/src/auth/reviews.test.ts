import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findResource } from '../apiserver/discovery/resource-table.ts';
import { StatusError } from '../machinery/status-error.ts';
import { readRecordings } from '../resources/testing/recordings.ts';
import type { UserInfo } from '../resources/rules.ts';
import { MemoryStore } from '../store/memory-store.ts';
import type { PolicyRule } from '../resources/kinds/rbac-types.ts';
import { bootstrapRbac } from './bootstrap.ts';
import { createReviewer } from './reviews.ts';

const RBAC = 'rbac.authorization.k8s.io';
const AUTHENTICATED = 'system:authenticated';
const USERS: Readonly<Record<string, UserInfo>> = {
  admin: { name: 'kubernetes-admin', groups: ['system:masters', AUTHENTICATED] },
  dan: { name: 'dan', groups: [AUTHENTICATED] },
  support: { name: 'support', groups: [AUTHENTICATED] },
};

/** The roles and bindings of the recorded cluster. */
function cluster(): MemoryStore {
  const store = new MemoryStore();
  bootstrapRbac(store);
  store.create(`clusterroles.${RBAC}`, {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'support-debug' },
    rules: [
      { verbs: ['patch'], apiGroups: [''], resources: ['pods/ephemeralcontainers'] },
      { verbs: ['create'], apiGroups: [''], resources: ['pods/attach'] },
      { verbs: ['get'], apiGroups: [''], resources: ['pods/log'] },
    ] satisfies PolicyRule[],
  });
  for (const [binding, role, name] of [
    ['dan-view', 'view', 'dan'],
    ['support-view', 'view', 'support'],
    ['support-debug', 'support-debug', 'support'],
  ] as const) {
    store.create(`clusterrolebindings.${RBAC}`, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: binding },
      subjects: [{ kind: 'User', apiGroup: RBAC, name }],
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    });
  }
  return store;
}

const review = createReviewer(
  cluster(),
  () => new Date('2026-11-23T17:15:49Z'),
  (token) => (token === 'good' ? USERS['dan'] : undefined),
);

/** The response with unordered lists sorted, and without values that differ between runs. */
function comparable(answer: unknown): unknown {
  const { metadata, ...rest } = structuredClone(answer) as Record<string, Record<string, unknown>>;
  const status = rest['status'];
  for (const list of ['resourceRules', 'nonResourceRules']) {
    const rules = status?.[list];
    if (status !== undefined && Array.isArray(rules))
      status[list] = rules.map((rule) => JSON.stringify(rule)).sort();
  }
  delete (status?.['userInfo'] as Record<string, unknown> | undefined)?.['extra'];
  return { ...rest, hasTime: metadata !== undefined && 'creationTimestamp' in metadata };
}

for (const recording of readRecordings('auth-')) {
  for (const [position, step] of recording.steps.entries()) {
    const match = /^\/apis\/(?<group>[^/]+)\/.*?(?<plural>\w+reviews)$/.exec(step.request.path);
    const user = USERS[step.as];
    const refused = step.response.status === 403 || step.response.status === 401;
    if (match === null || user === undefined || step.request.method !== 'POST' || refused) continue;
    test(`${recording.name} ${position}: responds to ${step.as} as recorded`, () => {
      const namespace = /namespaces\/(?<name>[^/]+)/.exec(step.request.path)?.groups?.['name'] ?? '';
      const { group = '', plural = '' } = match.groups ?? {};
      // Set by the decoder.
      const { kind, apiVersion } = findResource(group, 'v1', plural) ?? {};
      const body = { metadata: {}, ...(step.request.body as Record<string, unknown>), kind, apiVersion };
      const ask = (): unknown => review(plural, body, user, namespace);
      if (step.response.status < 400) {
        assert.deepEqual(comparable(ask()), comparable(step.response.body));
        return;
      }
      assert.throws(ask, (error) => {
        assert.ok(error instanceof StatusError);
        assert.deepEqual(error.toStatus(), step.response.body);
        return true;
      });
    });
  }
}

test('a review needs exactly one kind of attributes, and a subject', () => {
  const admin = USERS['admin'] ?? { name: '', groups: [] };
  const refusals = (plural: string, spec: object, message: RegExp): void => {
    assert.throws(() => review(plural, { metadata: {}, spec }, admin, 'a'), { name: 'StatusError', message });
  };
  const resourceAttributes = { verb: 'get', resource: 'pods' };
  refusals(
    'selfsubjectaccessreviews',
    { resourceAttributes, nonResourceAttributes: { path: '/', verb: 'get' } },
    /cannot be specified in combination with resourceAttributes/,
  );
  refusals('subjectaccessreviews', { resourceAttributes }, /at least one of user or group must be specified/);
  refusals('localsubjectaccessreviews', { resourceAttributes, user: 'dan' }, /must match metadata.namespace/);
});

test('a review must not have a name', () => {
  const admin = USERS['admin'] ?? { name: '', groups: [] };
  const spec = { user: 'dan', nonResourceAttributes: { path: '/', verb: 'get' } };
  assert.throws(() => review('subjectaccessreviews', { metadata: { name: 'x' }, spec }, admin, ''), {
    message: '.authorization.k8s.io "" is invalid: metadata: Invalid value: {"name":"x"}: must be empty',
  });
  const local = { metadata: { name: 'x', namespace: 'a' }, spec };
  assert.throws(() => review('localsubjectaccessreviews', local, admin, 'a'), {
    message:
      '.authorization.k8s.io "" is invalid: [metadata: Invalid value: {"name":"x","namespace":"a"}: must be empty except for namespace, spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: disallowed on this kind of request]',
  });
});

test('a TokenReview returns the user of a token', () => {
  const admin = USERS['admin'] ?? { name: '', groups: [] };
  const ask = (token: string): unknown => review('tokenreviews', { spec: { token } }, admin, '')['status'];
  assert.equal((ask('good') as { authenticated: boolean }).authenticated, true);
  assert.deepEqual(ask('bad'), { user: {}, error: 'invalid bearer token' });
  assert.throws(() => ask(''), { code: 400 });
});
