import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../machinery/objects.ts';
import { rulesFor } from '../registry.ts';
import { readRecordings } from '../testing/recordings.ts';
import { humanDuration } from './age.ts';
import { podRow } from './pod-table.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

for (const [duration, expected] of [
  [-5 * SECOND, '<invalid>'],
  [0, '0s'],
  [119 * SECOND, '119s'],
  [120 * SECOND, '2m'],
  [185 * SECOND, '3m5s'],
  [11 * 60 * SECOND, '11m'],
  [3 * HOUR + 60 * SECOND, '3h1m'],
  [9 * HOUR, '9h'],
  [47 * HOUR, '47h'],
  [50 * HOUR, '2d2h'],
  [9 * DAY, '9d'],
  [800 * DAY, '2y70d'],
  [365 * 9 * DAY, '9y'],
] as const) {
  test(`shows ${duration} ms as ${expected}`, () => assert.equal(humanDuration(duration), expected));
}

interface Table {
  kind: string;
  columnDefinitions: unknown[] | null;
  rows: { cells: unknown[]; object: KubeObject }[];
}

for (const [scenario, resource] of [
  ['kubectl-exec-logs-get', 'pods'],
  ['meta-nodes', 'nodes'],
  ['wl-deployment', 'deployments.apps'],
] as const) {
  test(`the columns of ${resource} are as recorded`, () => {
    const tables = readRecordings(scenario)
      .flatMap(({ steps }) => steps)
      .map(({ response }) => response.body as Table | undefined)
      .filter((body) => body?.kind === 'Table' && body.columnDefinitions !== null);
    assert.notEqual(tables.length, 0);
    assert.deepEqual(rulesFor(resource)?.tableColumns, tables[0]?.columnDefinitions);
  });
}

function pod(status: object, spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
    spec: { containers: [{ name: 'a' }, { name: 'b' }], ...spec },
    status,
  };
}

const NOW = new Date('2026-01-01T00:01:00Z');
const running = (name: string): object => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: '2026-01-01T00:00:01Z' } },
});

const ROWS: readonly [string, KubeObject, readonly unknown[]][] = [
  ['pending', pod({ phase: 'Pending' }), ['0/2', 'Pending', '0']],
  [
    'running',
    pod({ phase: 'Running', containerStatuses: [running('a'), running('b')] }),
    ['2/2', 'Running', '0'],
  ],
  [
    'waiting for an image',
    pod({
      phase: 'Pending',
      containerStatuses: [
        { name: 'a', ready: false, restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } },
        running('b'),
      ],
    }),
    ['1/2', 'ErrImagePull', '0'],
  ],
  [
    'crashing',
    pod({
      phase: 'Running',
      containerStatuses: [
        {
          name: 'a',
          ready: false,
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff' } },
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:30Z' } },
        },
        running('b'),
      ],
    }),
    ['1/2', 'CrashLoopBackOff', '3 (30s ago)'],
  ],
  [
    'initializing',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
          { name: 'j', ready: false, restartCount: 0, state: { running: {} } },
        ],
      },
      { initContainers: [{ name: 'i' }, { name: 'j' }] },
    ),
    ['0/2', 'Init:1/2', '0'],
  ],
  [
    'with a failed init container',
    pod(
      {
        phase: 'Pending',
        initContainerStatuses: [
          {
            name: 'i',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode: 7, reason: 'Error' } },
          },
        ],
      },
      { initContainers: [{ name: 'i' }] },
    ),
    ['0/2', 'Init:Error', '0'],
  ],
  [
    'with a sidecar',
    pod(
      {
        phase: 'Running',
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [{ ...running('s'), started: true }],
        containerStatuses: [running('a'), running('b')],
      },
      { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
    ),
    ['3/3', 'Running', '0'],
  ],
  [
    'being deleted',
    pod({ phase: 'Running' }, {}, { deletionTimestamp: '2026-01-01T00:00:50Z' }),
    ['0/2', 'Terminating', '0'],
  ],
  ['evicted', pod({ phase: 'Failed', reason: 'Evicted' }), ['0/2', 'Evicted', '0']],
];

for (const [what, object, expected] of ROWS) {
  test(`shows a pod ${what}`, () => assert.deepEqual(podRow(object, NOW).cells.slice(1, 4), expected));
}

test('marks terminated pods', () => {
  assert.deepEqual(podRow(pod({ phase: 'Succeeded' }), NOW).conditions, [
    {
      type: 'Completed',
      status: 'True',
      reason: 'Succeeded',
      message: 'The pod has completed successfully.',
    },
  ]);
});

const CREATED = '2026-01-01T00:00:00Z';
const OTHER_ROWS: [resource: string, object: object, cells: unknown[]][] = [
  [
    'poddisruptionbudgets.policy',
    { metadata: { name: 'b' }, spec: { minAvailable: '50%' }, status: { disruptionsAllowed: 2 } },
    ['b', '50%', 'N/A', 2, '60s'],
  ],
  [
    'poddisruptionbudgets.policy',
    { metadata: { name: 'b' }, spec: { maxUnavailable: 0 } },
    ['b', 'N/A', '0', 0, '60s'],
  ],
  [
    'persistentvolumeclaims',
    {
      metadata: { name: 'c' },
      spec: { storageClassName: 'standard', volumeName: 'v', volumeMode: 'Filesystem' },
      status: {
        phase: 'Bound',
        accessModes: ['ReadOnlyMany', 'ReadWriteOnce'],
        capacity: { storage: '1Gi' },
      },
    },
    ['c', 'Bound', 'v', '1Gi', 'RWO,ROX', 'standard', '<unset>', '60s', 'Filesystem'],
  ],
  [
    'persistentvolumeclaims',
    { metadata: { name: 'c', deletionTimestamp: CREATED }, status: { phase: 'Pending' } },
    ['c', 'Terminating', '', '', '', '', '<unset>', '60s', '<unset>'],
  ],
  [
    'persistentvolumes',
    {
      metadata: { name: 'v' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany'],
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'a', name: 'c' },
      },
      status: { phase: 'Bound' },
    },
    ['v', '1Gi', 'RWX', 'Delete', 'Bound', 'a/c', '', '<unset>', '', '60s', '<unset>'],
  ],
  [
    'storageclasses.storage.k8s.io',
    {
      metadata: { name: 's', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
    },
    ['s (default)', 'p', 'Delete', 'Immediate', false, '60s'],
  ],
];

for (const [resource, { metadata, ...rest }, cells] of OTHER_ROWS as [string, KubeObject, unknown[]][]) {
  test(`shows ${resource}: ${cells.slice(0, 3).join(' ')}`, () => {
    const rules = rulesFor(resource);
    const object = { ...rest, metadata: { creationTimestamp: CREATED, ...metadata } } as KubeObject;
    const row = rules?.tableRow(object, new Date(Date.parse(CREATED) + 60 * SECOND));
    assert.deepEqual(row?.cells, cells);
    assert.equal(rules?.tableColumns.length, cells.length);
  });
}
