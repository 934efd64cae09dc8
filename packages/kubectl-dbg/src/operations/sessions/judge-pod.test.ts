import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Ownership, SESSION_ANNOTATION, withOwnership } from '../../model/ownership.ts';
import { type CleanCriteria, judgePod } from './judge-pod.ts';
import { sessionsOf } from './recognise.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

const ago = (milliseconds: number) => new Date(NOW - milliseconds).toISOString();

interface Made {
  age?: number;
  phase?: string;
  /** Whether the debug container has ended. */
  ended?: boolean;
  mark?: Partial<Ownership>;
  metadata?: object;
}

/** A copy of ours in this state. */
function copy({ age = 10_000, phase = 'Running', ended = false, mark = {}, metadata = {} }: Made = {}): Pod {
  const pod = {
    metadata: {
      name: 'copy',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '7',
      creationTimestamp: ago(age),
      ...metadata,
    },
    spec: { containers: [{ name: 'app' }, { name: 'debugger-bcdfg' }], restartPolicy: 'Never' },
    status: {
      phase,
      containerStatuses: [
        { name: 'app', state: { running: {} } },
        { name: 'debugger-bcdfg', state: ended ? { terminated: { exitCode: 0 } } : { running: {} } },
      ],
    },
  } as unknown as Pod;
  return withOwnership(pod, {
    session: 'f00',
    workflow: 'copy',
    created: ago(age),
    version: '1.0.0',
    until: ago(age - HOUR),
    pod: 'copy',
    container: 'debugger-bcdfg',
    ...mark,
  });
}

function withoutMark(metadata: object, name = 'copy'): Pod {
  const pod = copy({ age: 9 * HOUR, phase: 'Succeeded' });
  return { ...pod, metadata: { ...pod.metadata, name, annotations: {}, ...metadata } };
}

function verdict(pod: Pod, criteria: CleanCriteria = {}): string {
  const [session] = sessionsOf(pod).filter(({ workflow }) => workflow !== 'ephemeral');
  const judged = session === undefined ? undefined : judgePod(pod, session, criteria, NOW);
  return judged === undefined ? 'nothing' : `${judged.remove ? 'remove' : 'keep'}: ${judged.why}`;
}

const OWNED = { ownerReferences: [{ kind: 'ReplicaSet', name: 'r', controller: true }] };
const KUBECTL = { labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } };
const OC = { annotations: { 'debug.openshift.io/source-container': 'app' } };

const ROWS: [what: string, pod: Pod, criteria: CleanCriteria, verdict: string][] = [
  ['runs', copy(), {}, 'keep: it runs'],
  ['its session has ended', copy({ ended: true }), {}, 'remove: ended'],
  ['the pod has terminated', copy({ phase: 'Failed' }), {}, 'remove: ended'],
  ['to be kept after its session', copy({ ended: true, mark: { kept: true } }), {}, 'keep: it runs'],
  ['to be kept, but terminated', copy({ phase: 'Succeeded', mark: { kept: true } }), {}, 'remove: ended'],
  ['expired', copy({ age: 2 * HOUR }), {}, 'remove: expired'],
  ['young', copy(), { olderThan: HOUR }, 'keep: it is not old enough'],
  ['young and terminated', copy({ ended: true }), { olderThan: HOUR }, 'keep: it is not old enough'],
  ['old', copy({ age: 2 * HOUR, mark: { until: '' } }), { olderThan: HOUR }, 'remove: old enough'],
  ['expired, but only terminated ones are requested', copy({ age: 2 * HOUR }), { finished: true }, 'keep: it runs'],
  [
    'replaced its original',
    copy({ age: 9 * HOUR, phase: 'Failed', mark: { replaces: true } }),
    { olderThan: 0 },
    'keep: it replaces the original pod',
  ],
  ['terminating', copy({ ended: true, metadata: { deletionTimestamp: ago(0) } }), {}, 'keep: it is being deleted'],
  ['owned by a workload', copy({ ended: true, metadata: OWNED }), { foreign: true }, 'nothing'],
  ['with another name', copy({ ended: true, metadata: { name: 'shop' } }), {}, 'keep: only its names suggest that it was created for debugging'],
  ['without a uid', copy({ ended: true, metadata: { uid: undefined } }), {}, 'keep: it has no uid'],
  ["kubectl's", withoutMark(KUBECTL, 'node-debugger-vm-x'), {}, 'keep: made by kubectl-debug'],
  ["kubectl's, foreign", withoutMark(KUBECTL, 'node-debugger-vm-x'), { foreign: true }, 'remove: ended'],
  ["oc's, foreign", withoutMark(OC), { foreign: true }, 'remove: ended'],
  [
    'a name only',
    withoutMark({}, 'web-debug'),
    { foreign: true, olderThan: 0 },
    'keep: only its names suggest that it was created for debugging',
  ],
]; // prettier-ignore

describe('a clean-up', () => {
  for (const [what, pod, criteria, expected] of ROWS) {
    test(what, () => assert.equal(verdict(pod, criteria), expected));
  }

  test('never removes a pod without proof, whatever its name and labels', () => {
    const words = fc.constantFrom(
      'copy', 'web-debug', 'node-debugger-vm-bcdfg', 'vm-debug-abcde', 'debugger-bcdfg', 'kubectl-debug', 'kubectl-dbg',
      'debug', '', 'Never', 'Failed',
    ); // prettier-ignore
    const key = fc.constantFrom(
      'app',
      'debug',
      'kubectl-dbg/run',
      'app.kubernetes.io/managed-by',
      'kubectl-dbg/owner',
    );
    const mark = fc.oneof(
      fc.constant(undefined),
      fc.string(),
      fc
        .record({ session: words, workflow: fc.constantFrom('copy', 'node', 'ephemeral', 7) })
        .map((fields) => JSON.stringify(fields)),
      fc
        .record({
          session: fc.constant('s'),
          workflow: fc.constantFrom('copy', 'node'),
          pod: fc.constant('another'),
        })
        .map((fields) => JSON.stringify({ ...fields, created: 'c', version: 'v' })),
    );
    const any = fc.record({
      metadata: fc.record({
        name: words,
        namespace: fc.constant('shop'),
        uid: fc.constant('u'),
        resourceVersion: fc.constant('1'),
        creationTimestamp: fc.constant(ago(99 * HOUR)),
        labels: fc.dictionary(key, words),
        annotations: mark.map((text) => (text === undefined ? {} : { [SESSION_ANNOTATION]: text })),
      }),
      spec: fc.record({
        containers: fc.array(fc.record({ name: words }), { minLength: 1, maxLength: 3 }),
        ephemeralContainers: fc.array(fc.record({ name: words }), { maxLength: 3 }),
        nodeName: fc.constantFrom('vm', undefined),
        restartPolicy: words,
      }),
      status: fc.record({ phase: fc.constantFrom('Running', 'Failed', 'Succeeded') }),
    });
    const criteria = fc.record(
      { olderThan: fc.constantFrom(0, HOUR), finished: fc.boolean(), foreign: fc.boolean() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(any, criteria, (value, given) => {
        const pod = value as unknown as Pod;
        const { name, labels } = value.metadata;
        const isKubectls =
          given.foreign === true &&
          labels['app.kubernetes.io/managed-by'] === 'kubectl-debug' &&
          name.startsWith('node-debugger-');
        if (verdict(pod, given).startsWith('remove')) assert.ok(isKubectls, JSON.stringify(value));
      }),
      { numRuns: 1000 },
    );
  });

  test('never removes a pod owned by a workload, whatever its marks', () => {
    const kinds = fc.constantFrom('ReplicaSet', 'Job', 'Node', 'Whatever');
    fc.assert(
      fc.property(kinds, fc.boolean(), fc.boolean(), (kind, foreign, finished) => {
        const owner = { ownerReferences: [{ kind, name: 'x', uid: 'o' }] };
        for (const pod of [
          copy({ phase: 'Failed', metadata: owner }),
          withoutMark({ ...KUBECTL, ...owner }),
        ]) {
          assert.equal(verdict(pod, { foreign, finished, olderThan: 0 }), 'nothing');
        }
      }),
    );
  });
});
