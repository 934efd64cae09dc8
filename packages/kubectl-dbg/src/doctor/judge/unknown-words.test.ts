import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  crashing,
  evidenceOf,
  failed,
  PENDING,
  pulling,
  RUNNING,
  type Scene,
  targetOf,
  unmade,
  unready,
  unstarted,
  WAITING,
} from '../fixtures/build.ts';
import { judge } from './judge.ts';

/** Messages without a rule of their own: the pod is reported as broken, and they are quoted. */
const UNHEARD: Record<string, { scene: Scene; quotes: string }> = {
  'a reason to wait': {
    scene: unmade('no cheese', 'FrobnicationError'),
    quotes: 'FrobnicationError: no cheese',
  },
  'a reason to wait without a message': {
    scene: unmade('', 'FrobnicationError'),
    quotes: 'FrobnicationError',
  },
  'a warning': {
    scene: { ...WAITING, age: 600, events: [['FrobnicationFailed', 'cannot frobnicate']] },
    quotes: 'cannot frobnicate',
  },
  "a volume's failure": {
    scene: {
      ...WAITING,
      age: 600,
      events: [['FailedMount', 'MountVolume.SetUp failed for volume "v" : out of cheese']],
    },
    quotes: 'out of cheese',
  },
  "a sandbox's failure": {
    scene: { ...WAITING, age: 600, events: [['FailedCreatePodSandBox', 'the sandbox is out of cheese']] },
    quotes: 'out of cheese',
  },
  'a plug-in of the scheduler': {
    scene: {
      ...PENDING,
      conditions: {
        PodScheduled: ['False', 'Unschedulable', '0/3 nodes are available: 3 node(s) did not like the moon.'],
      },
    },
    quotes: 'did not like the moon',
  },
  'a reason of a pod that failed': {
    scene: failed('Moonset', 'the moon is down'),
    quotes: 'the moon is down',
  },
  'a pod that failed without a reason': { scene: failed('', ''), quotes: 'Failed' },
  'a reason of a termination': {
    scene: {
      conditions: { Ready: ['False', 'ContainersNotReady'] },
      containers: { main: { waiting: 'CrashLoopBackOff', last: { code: 1, reason: 'ContainerDied' } } },
    },
    quotes: 'ContainerDied',
  },
  'an exit code of Windows': { scene: crashing({ code: -1_073_741_819 }), quotes: '-1073741819' },
  "a registry's message": { scene: pulling('no entry today', 'ErrImagePull'), quotes: 'no entry today' },
  "CRI-O's short names": {
    scene: pulling('short-name "app:1" did not resolve to an alias', 'ErrImagePull'),
    quotes: 'did not resolve to an alias',
  },
  "another runtime's message": {
    scene: unmade('creating container: cannot create sandbox: gofer failed', 'RunContainerError'),
    quotes: 'gofer failed',
  },
};

for (const [what, { scene, quotes }] of Object.entries(UNHEARD)) {
  test(`quotes an unknown message: ${what}`, () => {
    const { verdict, findings } = judge(targetOf(scene), evidenceOf(scene));
    assert.equal(verdict, 'broken', JSON.stringify(findings));
    assert.ok(
      findings[0]?.evidence.some(({ value }) => value.includes(quotes)),
      JSON.stringify(findings[0]),
    );
  });
}

/** The same failures with the messages of other runtimes. */
const DIALECTS: readonly (readonly [runtime: string, scene: Scene, id: string, says: RegExp])[] = [
  [
    'Docker, no such tag',
    pulling('Error response from daemon: manifest for app:1 not found: manifest unknown', 'ErrImagePull'),
    'P1',
    /no such name or tag/,
  ],
  [
    'Docker, no response',
    pulling(
      'Error response from daemon: Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'ErrImagePull',
    ),
    'P4',
    /cannot reach/,
  ],
  [
    'Docker, no login',
    pulling(
      "Error response from daemon: pull access denied for foo/bar, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
      'ErrImagePull',
    ),
    'P2',
    /credentials/,
  ],
  [
    'CRI-O, no such tag',
    pulling('reading manifest 1 in registry.example.com/app: manifest unknown', 'ErrImagePull'),
    'P1',
    /no such name or tag/,
  ],
  [
    'CRI-O, no login',
    pulling(
      'unable to retrieve auth token: invalid username/password: unauthorized: authentication required',
      'ErrImagePull',
    ),
    'P2',
    /credentials/,
  ],
  [
    'CRI-O, no program',
    unstarted(
      String.raw`container create failed: time="2026-01-01T00:00:00Z" level=error msg="runc create failed: unable to start container process: exec: \"serve\": executable file not found in $PATH"`,
    ),
    'R1',
    /"serve"/,
  ],
  [
    'crun, no program',
    unstarted('crun: executable file `serve` not found in $PATH: No such file or directory'),
    'R1',
    /"serve"/,
  ],
  [
    'Docker, no program',
    crashing({
      code: 127,
      reason: 'ContainerCannotRun',
      message:
        'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "serve": executable file not found in $PATH: unknown',
    }),
    'R1',
    /"serve"/,
  ],
];

for (const [what, scene, id, says] of DIALECTS) {
  test(`${what}: ${id}`, () => {
    const [top] = judge(targetOf(scene), evidenceOf(scene)).findings;
    assert.equal(top?.id, id, JSON.stringify(top));
    assert.match(top.title, says);
  });
}

test('a warning about an earlier stage is not the cause', () => {
  const over: Scene = { ...WAITING, age: 600, events: [['FailedScheduling', '0/1 nodes are available']] };
  assert.equal(judge(targetOf(over), evidenceOf(over)).verdict, 'undecided');
  const old: Scene = { ...WAITING, age: 1800, events: [['FrobnicationFailed', 'no cheese', { ago: 1500 }]] };
  assert.equal(judge(targetOf(old), evidenceOf(old)).verdict, 'undecided');
});

test('ignores unknown conditions, and does not take the kubelet’s reasons for a lost node', () => {
  const odd: Scene = {
    ...RUNNING,
    conditions: { ...RUNNING.conditions, 'example.com/Moon': ['False', 'Moonset', 'x'] },
  };
  assert.equal(judge(targetOf(odd), evidenceOf(odd)).verdict, 'ok');
  const unlike: Scene = {
    ...RUNNING,
    conditions: { ...RUNNING.conditions, Ready: ['False', 'Moonset', 'x'] },
  };
  const { findings } = judge(targetOf(unlike), evidenceOf(unlike));
  assert.notEqual(findings[0]?.id, 'N1');
  assert.match(JSON.stringify(findings[0]?.evidence), /Moonset/);
});

test('quotes an unknown message of a probe', () => {
  const scene: Scene = {
    ...unready(),
    events: [['Unhealthy', 'Readiness ended in a new way', { container: 'main' }]],
  };
  const { verdict, findings } = judge(targetOf(scene), evidenceOf(scene));
  assert.equal(verdict, 'broken');
  assert.match(JSON.stringify(findings[0]?.evidence), /in a new way/);
});
