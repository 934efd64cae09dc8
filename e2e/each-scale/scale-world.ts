import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster, realWorld, type Report } from 'kubectl-dbg';
import { type ClientRun, runClient } from './client.ts';
import { letHappen, makeFleet, MAX_DEBUG_CONTAINERS, type Member, membersOf, SCRIPT } from './fleet.ts';

/** Maximum bytes of an output in the runs; `large` prints more. */
export const MAX_OUTPUT = 32 * 1024;

/** Interval at which the requests in the sandbox's log are counted, which drops the oldest, in ms. */
const COUNT_MS = 200;

/** Simulated pods with all failures, and what is needed to run the program on them. */
export interface ScaleWorld {
  sandbox: Sandbox;
  cluster: Cluster;
  directory: string;
  members: readonly Member[];
  /** Runs `kubectl dbg each` on all pods, with the report as JSON in a file. */
  run(
    flags: readonly string[],
    options?: { whileRunning?: (pid: number) => void },
  ): Promise<ClientRun & { requests: number }>;
  report(): Report;
  stop(): Promise<void>;
}

export async function scaleWorld(pods: number, namespaces: number): Promise<ScaleWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-scale-'));
  const sandbox = await startSandbox({
    runtime: 'simulated',
    maxPods: pods + 100,
    timing: { relistIntervalMs: 300 },
  });
  const env = { PATH: process.env.PATH, HOME: directory, KUBECONFIG: sandbox.kubeconfig };
  const cluster = await openCluster({}, { ...realWorld(), env });
  const members = membersOf(pods, namespaces);
  await makeFleet(sandbox, cluster, members);
  const file = join(directory, 'report.json');
  return {
    sandbox,
    cluster,
    directory,
    members,
    async run(flags, options = {}) {
      const happening = letHappen(sandbox, cluster, members);
      let requests = 0;
      const count = () => {
        requests += sandbox.requests
          .list()
          .filter(({ userAgent }) => userAgent.startsWith('kubectl-dbg/'))
          .filter(({ verb }) => verb !== 'delete' && verb !== 'create').length;
        sandbox.requests.clear();
      };
      sandbox.requests.clear();
      const timer = setInterval(count, COUNT_MS);
      const pace = ['--rate=500', '--per-node=100', '--start-timeout=60s'];
      const args = ['each', '-A', '--image=busybox', '--quiet', `--max-output=${MAX_OUTPUT}`];
      const cap = `--max-debug-containers=${MAX_DEBUG_CONTAINERS}`;
      const words = [...args, cap, ...pace, '-o', `json=${file}`, ...flags, '--', 'sh', '-c', SCRIPT];
      try {
        const run = await runClient(words, { env, stdout: join(directory, 'stdout'), ...options });
        count();
        return { ...run, requests };
      } finally {
        clearInterval(timer);
        happening();
      }
    },
    report: () => JSON.parse(readFileSync(file, 'utf8')) as Report,
    async stop() {
      await cluster.close();
      await sandbox.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Checks the limits for every run. */
export function checkCost(run: ClientRun & { requests: number }, targets: number, mostRequests = 2.1): void {
  // The exec that should terminate a command does not do so in a simulated container, which the run reports.
  assert.match(
    run.stderr,
    /^(?:\d+ commands? may run on\. To end (?:it|them|the first \d+): .*\n(?:To see all of them: .*\n)?)?$/,
  );
  const named = [...run.stderr.matchAll(/fleet-\d+\/(\w+)-/g)].map(([, kind]) => kind);
  assert.ok(
    named.every((kind) => kind === 'sleeps'),
    run.stderr,
  );
  assert.ok(run.peakMiB < 250, `${run.peakMiB} MiB`);
  assert.ok(run.requests / targets <= mostRequests, `${run.requests} requests for ${targets} targets`);
}
