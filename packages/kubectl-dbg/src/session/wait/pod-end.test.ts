import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Workflow } from '../../model/plan.ts';
import { inDoctorsWords } from './doctors-words.ts';
import { diagnosePod, workflowOf } from './pod-end.ts';
import { toldOf } from '../../testing/told.ts';

const pod = (status: Pod['status'], metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { name: 'p', ...metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'main' }] },
  ...(status === undefined ? {} : { status }),
});

const rows: [
  status: NonNullable<Pod['status']>,
  message: RegExp,
  remedy: Record<Workflow, RegExp | undefined>,
][] = [
  [
    { phase: 'Succeeded' },
    /has ended \(Succeeded\); no container starts in it any more/,
    { ephemeral: /--copy-to/, copy: undefined, node: undefined },
  ],
  [
    { phase: 'Failed', reason: 'OutOfcpu', message: 'Node didn’t have enough resource: cpu' },
    /node n1 .*enough resource: cpu/i,
    { ephemeral: /--copy-to/, copy: /--requests/, node: /--requests/ },
  ],
  [
    { phase: 'Failed', reason: 'UnexpectedAdmissionError', message: 'no device' },
    /no device/,
    { ephemeral: /--copy-to/, copy: /--requests/, node: /--requests/ },
  ],
  [
    { phase: 'Failed', reason: 'NodeAffinity', message: 'Predicate NodeAffinity failed' },
    /pod\/p .*node n1|node n1 .*pod\/p/i,
    { ephemeral: /--copy-to/, copy: /--node/, node: /conditions and events/ },
  ],
  [
    { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory. ' },
    /evicted: node n1 ran short of memory/,
    { ephemeral: /--copy-to/, copy: /--requests/, node: /another node/ },
  ],
  [
    { phase: 'Failed', reason: 'NodeShutdown', message: 'Pod was terminated' },
    /node n1 .*shut down/i,
    { ephemeral: /--copy-to/, copy: /--node/, node: /conditions/ },
  ],
  [
    { phase: 'Running', reason: 'NodeLost' },
    /node n1 of pod p does not answer/,
    { ephemeral: /--copy-to/, copy: /--node/, node: /conditions/ },
  ],
];

for (const [status, message, remedies] of rows) {
  for (const workflow of ['ephemeral', 'copy', 'node'] satisfies Workflow[]) {
    test(`${status.phase} ${status.reason ?? ''} in the ${workflow} workflow`, async () => {
      const diagnosis = diagnosePod(pod(status), workflow);
      assert.equal(diagnosis?.reason, status.reason ?? status.phase);
      const remedy = remedies[workflow];
      assert.ok(diagnosis !== undefined);
      const outcome = await inDoctorsWords({ kind: 'never-started', ...diagnosis }, pod(status), 'main');
      assert.match(outcome.kind === 'never-started' ? outcome.message : '', message);
      const said = toldOf({ ...diagnosis.failure, message: '' }).remedy;
      if (remedy === undefined) assert.equal(said, undefined);
      else assert.match(said ?? '', remedy);
      if (workflow !== 'ephemeral') assert.doesNotMatch(said ?? '', /--copy-to/);
    });
  }
}

test('does not give up on a running or a waiting pod', () => {
  assert.equal(diagnosePod(pod({ phase: 'Running' }), 'copy'), undefined);
  assert.equal(diagnosePod(pod(undefined), 'node'), undefined);
  assert.match(
    diagnosePod(pod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }), 'copy')?.message ??
      '',
    /is being deleted/,
  );
});

test('derives the workflow from the pod', () => {
  const made = pod({}, { labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } });
  assert.equal(workflowOf(made, 'main'), 'node');
  assert.equal(workflowOf(pod({}), 'main'), 'copy');
  const joined: Pod = { ...made, spec: { containers: [], ephemeralContainers: [{ name: 'dbg' }] } };
  assert.equal(workflowOf(joined, 'dbg'), 'ephemeral');
});
