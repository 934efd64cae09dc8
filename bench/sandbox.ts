// The cost of the sandbox: `npm run bench:sandbox [-- --write]` prints a table; --write writes it to docs/reports/bench-sandbox.md.
// The server runs in a separate process. Times are of this machine; those of a real node are listed for comparison.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { missingForRealContainers } from 'kube-sandbox';
import { ApiClient } from '../packages/sandbox/src/testing/api-client.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SANDBOX = join(ROOT, 'packages/sandbox/src/main.ts');
const MANY_PODS = join(ROOT, 'packages/sandbox/src/testing/many-pods.ts');
const PAGE = join(ROOT, 'docs/reports/bench-sandbox.md');
const RUNTIME_FLAGS = ['--conditions=source', '--import', 'tsx'];

const REQUESTS = 3000;
/** Number of concurrent requests, as of a busy client. */
const CONCURRENCY = 50;
const LISTED_PODS = 100;
const WATCHERS = 1000;
/** Watches per connection; real servers allow 250 streams. */
const WATCHERS_PER_CONNECTION = 100;
const FAN_OUT_RUNS = 20;
const START_RUNS = 30;
const MANY = 10_000;

const PODS = '/api/v1/namespaces/default/pods';
const MAPS = '/api/v1/namespaces/default/configmaps';
/** The same on a real node (Kubernetes v1.36.2, containerd 2.1, runc; idle, two cores). */
const REAL = { ready: '600', ephemeral: '116', ephemeralP95: '135' };

type Row = readonly [what: string, result: string, realNode: string];
const rows: Row[] = [];

interface Server {
  client: ApiClient;
  kubeconfig: string;
  /** In MiB. */
  memory(): number;
  stop(): Promise<void>;
}

await withServer('simulated', async (server) => {
  add('memory of an empty sandbox', `${server.memory()} MiB`);
  await requests(server);
  await fanOut(server);
  await starts(server, 'simulated');
});
const missing = missingForRealContainers();
if (missing === undefined) await withServer('runc', (server) => starts(server, 'runc'));
else add('start of a pod and of an ephemeral container, runc', `left out: ${missing}`);
manyPods();
report();

async function requests({ client }: Server): Promise<void> {
  for (let index = 0; index < LISTED_PODS; index += 1) await createPod(client, `listed-${index}`);
  const rate = async (what: string, send: (index: number) => Promise<unknown>): Promise<void> => {
    let next = 0;
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: CONCURRENCY }, async () => {
        while (next < REQUESTS) {
          next += 1;
          await send(next);
        }
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    add(`${what}, ${CONCURRENCY} at once`, `${Math.round(REQUESTS / seconds)} a second`);
  };
  const pod = `${PODS}/listed-0`;
  await rate('GET of a pod', () => ok(client.request('GET', pod)));
  await rate(`list of ${LISTED_PODS} pods`, () => ok(client.request('GET', `${PODS}?limit=${LISTED_PODS}`)));
  const contentType = 'application/merge-patch+json';
  await rate('PATCH of a label', (index) =>
    ok(
      client.request('PATCH', pod, { contentType, body: { metadata: { labels: { index: String(index) } } } }),
    ),
  );
}

async function fanOut({ client, kubeconfig }: Server): Promise<void> {
  const clients = Array.from({ length: WATCHERS / WATCHERS_PER_CONNECTION }, () => new ApiClient(kubeconfig));
  let seen = 0;
  let allSeen: () => void = () => {};
  const ends = clients.flatMap((own) =>
    Array.from({ length: WATCHERS_PER_CONNECTION }, () =>
      own.request(
        'GET',
        `${MAPS}?watch=true&fieldSelector=metadata.name=watched&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
        {
          onData: () => {
            seen += 1;
            if (seen === WATCHERS) allSeen();
          },
        },
      ),
    ),
  );
  const round = async (change: () => Promise<unknown>): Promise<number> => {
    seen = 0;
    const done = new Promise<void>((resolve) => {
      allSeen = resolve;
    });
    const startedAt = performance.now();
    await change();
    await done;
    return performance.now() - startedAt;
  };
  // All watches are established when the initial events have ended.
  await round(async () => {});
  await round(() =>
    ok(
      client.request('POST', MAPS, {
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'watched' } },
      }),
    ),
  );
  const times: number[] = [];
  for (let run = 0; run < FAN_OUT_RUNS; run += 1) {
    const body = { data: { run: String(run) } };
    times.push(
      await round(() =>
        ok(client.request('PATCH', `${MAPS}/watched`, { contentType: 'application/merge-patch+json', body })),
      ),
    );
  }
  add(`one change seen by all of ${WATCHERS} watchers, p50 / p95`, milliseconds(times));
  for (const own of clients) own.close();
  await Promise.allSettled(ends);
}

async function starts({ client }: Server, runtime: string): Promise<void> {
  const ready: number[] = [];
  const ephemeral: number[] = [];
  for (let run = 0; run < START_RUNS; run += 1) {
    const name = `start-${run}`;
    const startedAt = performance.now();
    await createPod(client, name);
    await podState(client, name, isReady);
    ready.push(performance.now() - startedAt);
    const body = {
      spec: { ephemeralContainers: [{ name: 'dbg', image: 'busybox:1.38', command: ['sleep', '60'] }] },
    };
    const contentType = 'application/strategic-merge-patch+json';
    await ok(client.request('PATCH', `${PODS}/${name}/ephemeralcontainers`, { contentType, body }));
    const patchedAt = performance.now();
    await podState(
      client,
      name,
      (pod) => pod.status?.ephemeralContainerStatuses?.[0]?.state?.running !== undefined,
    );
    ephemeral.push(performance.now() - patchedAt);
    await ok(client.request('DELETE', `${PODS}/${name}?gracePeriodSeconds=0`));
  }
  add(
    `new pod is Ready, ${runtime}, p50 / p95`,
    milliseconds(ready),
    runtime === 'runc' ? `${REAL.ready} ms` : '',
  );
  const real = runtime === 'runc' ? `${REAL.ephemeral} / ${REAL.ephemeralP95} ms` : '';
  add(
    `ephemeral container runs after the PATCH's answer, ${runtime}, p50 / p95`,
    milliseconds(ephemeral),
    real,
  );
}

interface PodLike {
  status?: {
    conditions?: { type: string; status: string }[];
    ephemeralContainerStatuses?: { state?: { running?: object } }[];
  };
}

function isReady({ status }: PodLike): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

async function createPod(client: ApiClient, name: string): Promise<void> {
  const containers = [{ name: 'app', image: 'busybox:1.38', command: ['sleep', '3600'] }];
  const spec = { terminationGracePeriodSeconds: 0, containers };
  await ok(
    client.request('POST', PODS, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec } }),
  );
}

/** Watches a pod until a condition is true. */
async function podState(client: ApiClient, name: string, holds: (pod: PodLike) => boolean): Promise<void> {
  const done = new AbortController();
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const onData = (chunk: string): void => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      if (lines.some((line) => holds((JSON.parse(line) as { object: PodLike }).object))) resolve();
    };
    const path = `${PODS}?watch=true&fieldSelector=metadata.name=${name}`;
    client.request('GET', path, { onData, signal: done.signal }).catch(reject);
  });
  done.abort();
}

/** The pods of one process: API server, kubelet, and the client that creates them. */
function manyPods(): void {
  const output = execFileSync(process.execPath, [...RUNTIME_FLAGS, MANY_PODS, String(MANY)], {
    encoding: 'utf8',
  });
  const { seconds, residentMiB } = JSON.parse(output) as { seconds: number; residentMiB: number };
  add(
    `${MANY} simulated pods created and running`,
    `${seconds.toFixed(1)} s, ${Math.round(residentMiB)} MiB`,
  );
}

async function withServer(runtime: string, use: (server: Server) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-bench-'));
  const args = [...RUNTIME_FLAGS, SANDBOX, 'up', '--runtime', runtime, '--state-directory', directory];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const kubeconfig = line.replace(/^export KUBECONFIG=/, '');
    const client = new ApiClient(kubeconfig);
    const memory = (): number => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
    };
    await use({ client, kubeconfig, memory, stop: async () => client.close() });
    client.close();
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(directory, { recursive: true, force: true });
  }
}

async function ok(answer: Promise<{ status: number; body: string }>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`HTTP ${status}: ${body}`);
}

function milliseconds(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(0);
  return `${at(0.5)} / ${at(0.95)} ms`;
}

function add(what: string, result: string, realNode = ''): void {
  rows.push([what, result, realNode]);
  console.log(`${what}: ${result}${realNode === '' ? '' : ` (a real node: ${realNode})`}`);
}

function report(): void {
  const table = rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
  const page = `# What the sandbox costs

Written by \`npm run bench:sandbox -- --write\` on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, from
the sources. The server runs in a process of its own; the client is on the same machine. The real node is a quiet
two-core machine with Kubernetes v1.36.2, containerd 2.1 and runc.

| what | here | a real node |
| --- | --: | --: |
${table}
`;
  if (process.argv.includes('--write')) writeFileSync(PAGE, page);
}
