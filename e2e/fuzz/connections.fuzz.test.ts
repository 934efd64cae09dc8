// Arbitrary responses of a server over real connections, and arbitrary objects.
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster } from '../../packages/kubectl-dbg/src/cluster/index.ts';
import { checkAnswer } from '../../packages/kubectl-dbg/src/cluster/door/check-object.ts';
import { DbgError } from '../../packages/kubectl-dbg/src/model/failure.ts';
import { outcomeOfTermination } from '../../packages/kubectl-dbg/src/model/outcome.ts';
import { planCopy, planEphemeral, planNode } from '../../packages/kubectl-dbg/src/plan/index.ts';
import type { DebugRequest } from '../../packages/kubectl-dbg/src/model/plan.ts';
import { readPodEnd } from '../../packages/kubectl-dbg/src/session/pod-end.ts';
import { isRestarted, viewContainer } from '../../packages/kubectl-dbg/src/session/wait/container-state.ts';
import { diagnose } from '../../packages/kubectl-dbg/src/session/wait/diagnosis.ts';
import { diagnosePod } from '../../packages/kubectl-dbg/src/session/wait/pod-end.ts';
import { type ApiServer, startApiServer } from '../../packages/kubectl-dbg/src/testing/api-server.ts';
import { openTestCluster } from '../../packages/kubectl-dbg/src/testing/test-cluster.ts';
import { assertHarmless, fuzz } from './fuzz.ts';

const POD = '/api/v1/namespaces/shop/pods/web';
const METADATA = { name: 'web', namespace: 'shop', uid: 'u' };
const isExpected = (error: unknown) => {
  if (!(error instanceof DbgError) && !(error instanceof ApiStatusError)) return false;
  assertHarmless(error.message);
  return true;
};

/** Clean-up after all tests of this file. */
const undo: (() => unknown)[] = [];
const life = { after: (task: () => unknown) => void undo.push(task) };
after(async () => {
  for (const task of undo.toReversed()) await task();
});

let sent: Buffer = Buffer.alloc(0);
let raw: Cluster;
let http2: Cluster;
before(async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(sent));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  life.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const tuning = { handshakeTimeout: 2_000, answerTimeout: 2_000, bodyTimeout: 2_000, watchPause: 1 };
  const plain = { url: `http://127.0.0.1:${port}`, client: { certificate: '', key: '' } } as ApiServer;
  const config = JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', namespace: 'shop' } }],
    clusters: [{ name: 'c', cluster: { server: plain.url } }],
  });
  raw = await openTestCluster(life, plain, { tuning }, undefined, config);
  const second = await startApiServer(life, {
    answer(_, response) {
      const [first = 0, second = 0] = sent;
      const headers = {
        'content-type': 'application/json',
        ...(first % 3 === 0 ? { 'content-encoding': 'gzip' } : {}),
      };
      response.writeHead(200, headers);
      if (second % 5 === 0) response.stream?.close(2);
      else response.end(first % 6 === 0 ? gzipSync(sent) : sent);
    },
  });
  http2 = await openTestCluster(life, second, { tuning });
});

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const HTTP = [
  '\r\n',
  '\r\n\r\n',
  'HTTP/1.1 ',
  '101 Switching Protocols\r\n',
  'Upgrade: websocket\r\n',
  'Upgrade: SPDY/3.1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Length: 99999999999\r\n',
  'Content-Length: -1\r\n',
  'Content-Encoding: gzip\r\n',
  'Warning: 299 - "x"\r\n',
  'Location: ///\r\n',
  'Retry-After: 1e99\r\n',
  'ffffffffffffffff\r\n',
  '0\r\n\r\n',
  '\u0000',
  ': ',
  ' ',
];

fuzz({
  name: 'HTTP/1.1 answers',
  samples: [
    `${HEAD}Content-Length: 48\r\n\r\n{"metadata":{"name":"web","namespace":"shop"}}  `,
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    'HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n\r\n{"kind":"Status","message":"no"}',
    'HTTP/1.1 302 Found\r\nLocation: https://a\r\n\r\n',
  ],
  tokens: HTTP,
  runs: 60,
  async run(input) {
    sent = input;
    await raw.request({ method: 'POST', path: POD, body: {} });
  },
  isExpected,
});

fuzz({
  name: 'answers to an upgrade',
  samples: [
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n\u0080\u0003\u0000\u0006\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0002',
    'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
  ],
  tokens: HTTP,
  runs: 60,
  async run(input) {
    sent = input;
    const options = {
      namespace: 'shop',
      pod: 'web',
      container: 'a',
      stdin: false,
      stdout: true,
      stderr: true,
      tty: false,
    };
    const command = await raw.attach(options);
    for await (const frame of command) assert.equal(typeof frame.kind, 'string');
    assertHarmless((await command.closed).reason);
  },
  isExpected,
});

fuzz({
  name: 'HTTP2 bodies',
  samples: [JSON.stringify({ metadata: METADATA }), gzipSync(JSON.stringify({ metadata: METADATA }))],
  tokens: ['{', '[', '"', Uint8Array.of(0x1f, 0x8b), Uint8Array.of(0), Uint8Array.of(5)],
  runs: 60,
  async run(input) {
    sent = input;
    await http2.request({ method: 'POST', path: POD, body: {} });
  },
  isExpected,
});

const request: DebugRequest = {
  image: 'busybox',
  env: [],
  words: [],
  argumentsOnly: false,
  attach: true,
  stdin: false,
  tty: false,
  profile: 'general',
  adjust: { capAdd: [], capDrop: [] },
  mountsFromTarget: true,
  mountsReadWrite: false,
  envFromTarget: true,
  asTarget: true,
  hostShell: false,
  remove: true,
  written: new Set(),
};
const container = {
  name: 'app',
  image: 'a',
  command: ['x'],
  env: [{ name: 'A', value: 'b' }],
  ports: [{ containerPort: 80, hostPort: 80 }],
  volumeMounts: [{ name: 'v', mountPath: '/v' }],
  securityContext: { runAsUser: 5, capabilities: { add: ['X'] } },
  resources: { limits: { cpu: '1' } },
};
const state = {
  waiting: { reason: 'ErrImagePull', message: 'no' },
  terminated: { exitCode: 3, reason: 'Error' },
};
const samplePod = {
  metadata: {
    ...METADATA,
    labels: { a: 'b' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'r', uid: 'x' }],
  },
  spec: {
    containers: [container],
    initContainers: [container],
    ephemeralContainers: [{ ...container, targetContainerName: 'app' }],
    nodeName: 'n',
    volumes: [{ name: 'v', configMap: { name: 'm' } }],
    tolerations: [{ key: 'a' }],
    securityContext: { runAsNonRoot: true },
    os: { name: 'linux' },
    schedulingGates: [{ name: 'g' }],
  },
  status: {
    phase: 'Running',
    reason: 'x',
    conditions: [{ type: 'Ready', status: 'True', reason: 'a', message: 'b' }],
    containerStatuses: [{ name: 'app', state, lastState: state, restartCount: 3, ready: true }],
    ephemeralContainerStatuses: [{ name: 'app', state: { terminated: { exitCode: 256, signal: 128 } } }],
  },
};

fuzz({
  name: 'objects of the cluster',
  samples: [
    JSON.stringify(samplePod),
    JSON.stringify({ ...samplePod, spec: { containers: [{ name: 'app' }] } }),
  ],
  tokens: [
    'null',
    '5',
    '-1',
    '1e999',
    '"\\u001b[2J"',
    '[]',
    '{}',
    '[null]',
    '[5]',
    '{"a":null}',
    'true',
    '""',
    '"__proto__":{"x":1},',
  ],
  run(input) {
    const values: unknown[] = [];
    // If the input is not JSON, replace a value in the sample with something from the input.
    try {
      values.push(JSON.parse(input.toString('utf8')));
    } catch {
      const junk = JUNK[(input[0] ?? 0) % JUNK.length];
      const copy = structuredClone(samplePod) as Record<string, unknown>;
      replaceSome(copy, input, junk);
      values.push(copy);
    }
    for (const value of values) {
      checkAnswer({ method: 'GET', path: POD }, value, 'https://api');
      useObject(value as Pod);
    }
  },
  isExpected,
});

const JUNK: readonly unknown[] = [
  null,
  5,
  -1,
  'text',
  '\u001b[2J',
  [],
  {},
  [null],
  [5],
  [[]],
  { a: null },
  true,
  '',
];

/** Walks down the object along the bytes, and puts `junk` at the end. */
function replaceSome(root: Record<string, unknown>, path: Buffer, junk: unknown): void {
  let at = root;
  for (const byte of path.subarray(1, 12)) {
    const keys = Object.keys(at);
    const key = keys[byte % keys.length];
    if (key === undefined) return;
    const next = at[key];
    if (typeof next !== 'object' || next === null || byte % 7 === 0) {
      at[key] = junk;
      return;
    }
    at = next as Record<string, unknown>;
  }
}

/** All pure functions of a session on a pod: none may throw an undocumented error. */
function useObject(pod: Pod): void {
  const view = viewContainer(pod, 'app');
  const words = diagnose(view, { container: 'app', image: 'a', target: 'app' });
  assert.equal(typeof (words?.message ?? ''), 'string');
  if (view.phase === 'terminated') {
    const outcome = outcomeOfTermination(view.terminated);
    if (outcome.kind === 'exited')
      assert.ok(Number.isInteger(outcome.code) && outcome.code >= 0 && outcome.code <= 255);
    isRestarted(pod, 'app', view.terminated);
  }
  for (const workflow of ['ephemeral', 'copy', 'node'] as const) diagnosePod(pod, workflow);
  assertHarmless(readPodEnd(pod)?.words ?? '');
  const draw = () => 0;
  for (const plan of [
    () => planEphemeral(request, pod, draw),
    () => planEphemeral({ ...request, target: 'app' }, pod, draw),
    () => planCopy({ ...request, copy: COPY }, pod, draw),
    () => planNode(request, pod as never, 'shop', draw),
  ]) {
    try {
      plan();
    } catch (error) {
      if (!isExpected(error)) throw error;
    }
  }
}

const COPY: NonNullable<DebugRequest['copy']> = {
  name: 'copy',
  setImages: [],
  shareProcesses: true,
  sameNode: true,
  replace: false,
  keep: {
    labels: true,
    labelKeys: [],
    annotations: true,
    liveness: false,
    readiness: true,
    startup: false,
    initContainers: true,
    hostPorts: false,
  },
};
