import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import {
  type Ownership,
  SESSION_ANNOTATION,
  SESSIONS_ANNOTATION,
  withOwnership,
} from '../../model/ownership.ts';
import { sessionsOf } from './recognise.ts';

const CREATED = '2026-03-01T10:00:00Z';

const MARK: Ownership = {
  session: 'f00',
  workflow: 'copy',
  created: CREATED,
  version: '1.0.0',
  source: { kind: 'Pod', namespace: 'shop', name: 'web', uid: 'u1' },
  who: 'alice',
  why: 'ticket 7',
  until: '2026-03-01T11:00:00Z',
  pod: 'copy',
  container: 'debugger-bcdfg',
};

function pod(name: string, fields: { metadata?: object; spec?: object; status?: object } = {}): Pod {
  return {
    metadata: {
      name,
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: CREATED,
      ...fields.metadata,
    },
    spec: { containers: [{ name: 'app', image: 'app:1' }], nodeName: 'vm-1', ...fields.spec },
    status: { phase: 'Running', ...fields.status },
  };
}

const DRAWN = { name: 'debugger-bcdfg', image: 'busybox' };

const MARKED = withOwnership(pod('copy', { spec: { containers: [{ name: 'app' }, DRAWN] } }), MARK);

/** Each pod, and its sessions as `WORKFLOW TOOL CONTAINER TARGET`. */
const ROWS: [what: string, pod: Pod, sessions: string[]][] = [
  ['an ordinary pod', pod('web'), []],
  ['a copy of ours', MARKED, ['copy kubectl-dbg debugger-bcdfg pod/web']],
  [
    'a node pod of ours',
    withOwnership(pod('node-debugger-vm-1-bcdfg', { spec: { containers: [{ name: 'debugger' }] } }), {
      ...MARK,
      workflow: 'node',
      source: { kind: 'Node', name: 'vm-1' },
      pod: 'node-debugger-vm-1-bcdfg',
      container: 'debugger',
    }),
    ['node kubectl-dbg debugger node/vm-1'],
  ],
  [
    'a mark without the fields added later',
    withOwnership(pod('copy', { spec: { containers: [{ name: 'app' }, DRAWN] } }), {
      session: 'f00',
      workflow: 'copy',
      created: CREATED,
      version: '0.1.0',
    }),
    ['copy kubectl-dbg debugger-bcdfg -'],
  ],
  [
    'our mark on a pod of another name',
    { ...MARKED, metadata: { ...MARKED.metadata, name: 'shop-front' } },
    ['copy kubectl-debug debugger-bcdfg -'],
  ],
  [
    'our mark on a pod that a workload owns',
    {
      ...MARKED,
      metadata: {
        ...MARKED.metadata,
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true },
        ],
      },
    },
    [],
  ],
  [
    "kubectl's node pod",
    pod('node-debugger-vm-1-zzzzz', {
      metadata: { labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
      spec: { containers: [{ name: 'debugger' }] },
    }),
    ['node kubectl-debug debugger node/vm-1'],
  ],
  [
    "an older kubectl's node pod",
    pod('node-debugger-vm-1-zzzzz', { spec: { containers: [{ name: 'debugger' }] } }),
    ['node kubectl-debug debugger node/vm-1'],
  ],
  [
    "kubectl's copy",
    pod('web-x', { spec: { containers: [{ name: 'app' }, DRAWN] } }),
    ['copy kubectl-debug debugger-bcdfg -'],
  ],
  [
    "oc's node pod",
    pod('vm-1-debug-x8k2p', {
      metadata: {
        annotations: {
          'debug.openshift.io/source-container': 'container-00',
          'debug.openshift.io/source-resource': '/v1, Resource=nodes/vm-1',
        },
      },
      spec: { containers: [{ name: 'container-00' }] },
    }),
    ['node oc-debug container-00 node/vm-1'],
  ],
  [
    "oc's copy of a deployment's pod",
    pod('web-debug', {
      metadata: {
        annotations: {
          'debug.openshift.io/source-container': 'app',
          'debug.openshift.io/source-resource': 'apps/v1, Resource=deployments/web',
        },
      },
    }),
    ['copy oc-debug app deployment/web'],
  ],
  ["oc's node pod by its name only", pod('vm-1-debug-x8k2p'), ['node oc-debug app node/vm-1']],
  ['a copy by hand', pod('web-debug'), ['copy unknown app pod/web']],
  [
    'ephemeral containers of every kind',
    pod('web', {
      metadata: {
        managedFields: [
          {
            manager: 'kubectl-dbg',
            fieldsV1: { 'f:spec': { 'f:ephemeralContainers': { 'k:{"name":"debugger-ccccc"}': {} } } },
          },
          {
            manager: 'kubectl',
            fieldsV1: { 'f:spec': { 'f:ephemeralContainers': { 'k:{"name":"debugger-ddddd"}': {} } } },
          },
        ],
      },
      spec: {
        ephemeralContainers: [
          { name: 'debugger-bbbbb', targetContainerName: 'app' },
          { name: 'debugger-ccccc' },
          { name: 'debugger-ddddd' },
          { name: 'debugger-fffff', stdin: true, stdinOnce: true },
          { name: 'dbg-bcdfg' },
          { name: 'dbg-bcdfg-1' },
          { name: 'look' },
        ],
      },
    }),
    [
      'ephemeral kubectl-debug-or-dbg debugger-bbbbb app',
      'ephemeral kubectl-dbg debugger-ccccc -',
      'ephemeral kubectl-debug debugger-ddddd -',
      'ephemeral kubectl-dbg debugger-fffff -',
      'ephemeral kubectl-dbg dbg-bcdfg -',
      'ephemeral kubectl-dbg dbg-bcdfg-1 -',
      'ephemeral unknown look -',
    ],
  ],
];

describe('sessions of a pod', () => {
  for (const [what, given, sessions] of ROWS) {
    test(what, () => {
      const found = sessionsOf(given).map(
        ({ workflow, tool, container, target = '-' }) => `${workflow} ${tool} ${container} ${target}`,
      );
      assert.deepEqual(found, sessions);
    });
  }

  test('a copy shows who created it, why and until when', () => {
    const [session] = sessionsOf(MARKED);
    assert.deepEqual(session, {
      session: 'shop/copy/debugger-bcdfg',
      namespace: 'shop',
      pod: 'copy',
      container: 'debugger-bcdfg',
      workflow: 'copy',
      tool: 'kubectl-dbg',
      target: 'pod/web',
      image: 'busybox',
      state: 'waiting',
      node: 'vm-1',
      who: 'alice',
      why: 'ticket 7',
      expires: '2026-03-01T11:00:00Z',
      created: CREATED,
    } satisfies DebugSession);
  });

  test("the kubelet's deadline is relative to the pod's start", () => {
    const late = {
      ...MARKED,
      spec: { ...MARKED.spec, containers: MARKED.spec?.containers ?? [], activeDeadlineSeconds: 60 },
      status: { phase: 'Running', startTime: '2026-03-01T10:00:30Z' },
    };
    assert.equal(sessionsOf(late)[0]?.expires, '2026-03-01T10:01:30.000Z');
  });

  test('the end of the pod takes precedence over that of its container', () => {
    const over = {
      ...MARKED,
      status: {
        phase: 'Failed',
        reason: 'DeadlineExceeded',
        containerStatuses: [
          {
            name: DRAWN.name,
            state: {
              terminated: { exitCode: 137, reason: 'Error', startedAt: CREATED, finishedAt: CREATED },
            },
          },
        ],
      },
    } as unknown as Pod;
    const [session] = sessionsOf(over);
    assert.deepEqual(
      [session?.state, session?.exitCode, session?.reason, session?.started],
      ['ended', 137, 'DeadlineExceeded', CREATED],
    );
  });

  test('an annotation shows who created an ephemeral container', () => {
    const noted = pod('web', {
      metadata: {
        annotations: {
          [SESSIONS_ANNOTATION]: JSON.stringify({
            'debugger-bbbbb': { ...MARK, workflow: 'ephemeral' },
            look: { who: 'mallory' },
          }),
        },
      },
      spec: { ephemeralContainers: [{ name: 'debugger-bbbbb' }, { name: 'look' }] },
    });
    assert.deepEqual(
      sessionsOf(noted).map(({ tool, who, why }) => [tool, who, why]),
      [
        ['kubectl-dbg', 'alice', 'ticket 7'],
        ['unknown', undefined, undefined],
      ],
    );
  });

  test('handles a hundred terminated containers, and names of 63 characters', () => {
    const name = (index: number) => `${String(index).padStart(3, 'd')}${'x'.repeat(60)}`;
    const all = Array.from({ length: 100 }, (_, index) => ({ name: name(index) }));
    const found = sessionsOf(
      pod('p'.repeat(63), {
        spec: { ephemeralContainers: all },
        status: {
          ephemeralContainerStatuses: all.map((container) => ({
            ...container,
            state: { terminated: { exitCode: 1 } },
          })),
        },
      }),
    );
    assert.equal(found.filter(({ state, exitCode }) => state === 'ended' && exitCode === 1).length, 100);
  });

  test('never throws, whatever a server sends', () => {
    const keys = fc.constantFrom(
      'metadata', 'spec', 'status', 'name', 'namespace', 'labels', 'annotations', 'ownerReferences', 'containers',
      'ephemeralContainers', 'ephemeralContainerStatuses', 'containerStatuses', 'state', 'terminated', 'running',
      'managedFields', 'fieldsV1', 'securityContext', 'capabilities', 'add', 'nodeName', SESSION_ANNOTATION,
      'app.kubernetes.io/managed-by', 'debug.openshift.io/source-resource', 'startTime', 'activeDeadlineSeconds',
    ); // prettier-ignore
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom(null, 0, '', 'debugger-bbbbb', 'web-debug', JSON.stringify(MARK), 1e300, true),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(keys, tree), (value) => {
        for (const { session, state } of sessionsOf(value)) assert.ok(session !== '' && state);
      }),
      { numRuns: 500 },
    );
  });
});
