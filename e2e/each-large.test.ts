// Memory of `kubectl dbg each` on clusters with very many pods, and with a server that lists pods endlessly. Linux only:
// memory is read from /proc.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, test, type TestContext } from 'node:test';
import {
  type AnyResponse,
  kubeconfigFor,
  startApiServer,
} from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { type ClientRun, runClient } from './each-scale/client.ts';

const PODS = 60_000;
const OWNERS = 60;

/** Pods per page. */
const PAGE = 500;

/** Memory limit in MiB for 60,000 pods (about 30 MB of JSON), and for an endless server. */
const MAX_MIB = 300;
const MOST_ENDLESS_MIB = 900;

const skip = process.platform === 'linux' ? false : 'memory is read from /proc';

function pod(index: number, fields: { name?: string; annotations?: object } = {}): object {
  const owner = `app-${index % OWNERS}`;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: fields.name ?? `${owner}-${index}`,
      namespace: `team-${index % 20}`,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(index + 1),
      annotations: fields.annotations ?? {},
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: owner, controller: true },
      ],
    },
    spec: {
      nodeName: `node-${index % 100}`,
      containers: [{ name: 'app', image: 'registry.example/app:v1' }],
    },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 0,
          image: 'registry.example/app:v1',
          imageID: '',
          state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
        },
      ],
    },
  };
}

const bookmark = {
  type: 'BOOKMARK',
  object: {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { resourceVersion: String(PODS + 1), annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
};

function* eventLines(pods: Iterable<object>): Generator<string> {
  for (const object of pods) yield `${JSON.stringify({ type: 'ADDED', object })}\n`;
  yield `${JSON.stringify(bookmark)}\n`;
}

function* some(count: number, fields?: (index: number) => Parameters<typeof pod>[1]): Generator<object> {
  for (let index = 0; index < count; index += 1) yield pod(index, fields?.(index));
}

type Answer = (query: URLSearchParams, response: AnyResponse) => void;

/** A server with streaming lists. */
function streams(pods: () => Iterable<object>): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    // With back-pressure, and without an end.
    Readable.from(eventLines(pods())).pipe(response, { end: false });
  };
}

/** A server without streaming lists. */
const pages: Answer = (query, response) => {
  if (query.has('sendInitialEvents')) {
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Invalid', code: 422 };
    response.writeHead(422, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status));
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  if (query.has('watch')) {
    response.flushHeaders();
    return;
  }
  assert.equal(query.get('limit'), String(PAGE));
  const from = Number(query.get('continue') ?? 0);
  const items = Array.from({ length: PAGE }, (_, index) => pod(from + index));
  const next = from + PAGE < PODS ? { continue: String(from + PAGE) } : {};
  response.end(
    JSON.stringify({
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(PODS + 1), ...next },
      items,
    }),
  );
};

async function list(context: TestContext, answer: Answer): Promise<ClientRun & { stdout: string }> {
  const server = await startApiServer(context, {
    answer: (request, response) => answer(new URL(request.url ?? '', 'http://x').searchParams, response),
  });
  const directory = await temporaryDirectory(context);
  const kubeconfig = join(directory, 'config');
  await writeFile(kubeconfig, kubeconfigFor(server), { mode: 0o600 });
  const words = ['each', '-A', '--list', '--one-per-owner', '--image=busybox', '--', 'true'];
  const stdout = join(directory, 'stdout');
  const run = await runClient(words, {
    env: { PATH: process.env.PATH, HOME: directory, KUBECONFIG: kubeconfig },
    stdout,
  });
  return { ...run, stdout: await readFile(stdout, 'utf8') };
}

describe('very many pods', { skip }, () => {
  for (const [how, answer] of [
    ['a streaming list', streams(() => some(PODS))],
    ['pages', pages],
  ] as const) {
    test(`${PODS} pods by ${how}`, async (context) => {
      const run = await list(context, answer);
      assert.equal(run.code, 0, run.stderr);
      assert.match(
        run.stdout,
        new RegExp(`${OWNERS} targets of ${OWNERS} workloads on .* ${PODS - OWNERS} skipped`),
      );
      context.diagnostic(`${run.peakMiB.toFixed(0)} MiB, ${run.cpuSeconds.toFixed(1)} s of processor time`);
      assert.ok(run.peakMiB < MAX_MIB, `${run.peakMiB} MiB`);
    });
  }

  for (const [what, fields] of [
    ['names', (index: number) => ({ name: `${index}-${'x'.repeat(100_000)}` })],
    [
      'what a plan looks at',
      () => ({ annotations: { 'kubectl.kubernetes.io/default-container': 'x'.repeat(1_000_000) } }),
    ],
  ] as const) {
    test(`gives up on a server that lists pods endlessly, with long ${what}`, async (context) => {
      const run = await list(
        context,
        streams(() => some(Infinity, fields)),
      );
      assert.equal(run.code, 76, run.stderr);
      assert.match(run.stderr, /reports too many objects/);
      assert.equal(run.stderr.trim().split('\n').length, 1);
      assert.ok(run.peakMiB < MOST_ENDLESS_MIB, `${run.peakMiB} MiB`);
    });
  }
});
