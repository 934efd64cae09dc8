import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Cluster, openCluster } from '../../../cluster/index.ts';
import { testWorld } from '../../../testing/test-world.ts';
import assert from 'node:assert/strict';
import type { CleanUp } from '../../../testing/temporary-directory.ts';
import type { Report } from '../../../model/report.ts';
import { type EachOptions, runEach } from '../each.ts';
import type { EachRequest } from '../request.ts';

/** A sandbox with simulated containers, and a client for it. */
export interface FleetWorld {
  sandbox: Sandbox;
  cluster: Cluster;
  /** Creates pods, and waits until they run. */
  runPods(pods: readonly Pod[]): Promise<void>;
}

export async function fleetWorld(test: CleanUp): Promise<FleetWorld> {
  const sandbox = await startSandbox({ runtime: 'simulated' });
  test.after(() => sandbox.stop());
  const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig }, testWorld());
  test.after(() => cluster.close());
  return {
    sandbox,
    cluster,
    runPods: async (pods) => {
      for (const pod of pods) {
        const path = `/api/v1/namespaces/${pod.metadata?.namespace ?? 'default'}/pods`;
        await cluster.request({ method: 'POST', path, body: pod });
      }
      await waitUntilRunning(cluster, pods);
    },
  };
}

async function waitUntilRunning(cluster: Cluster, pods: readonly Pod[]): Promise<void> {
  const waiting = new Set(pods.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`));
  const over = new AbortController();
  const watch = cluster.watch<Pod>({ path: '/api/v1/pods', resourceVersion: '', signal: over.signal });
  for await (const { object } of watch) {
    if (object.status?.phase === 'Running')
      waiting.delete(`${object.metadata?.namespace}/${object.metadata?.name}`);
    if (waiting.size === 0) break;
  }
  over.abort();
}

/** A pod of a workload. */
export function podOf(owner: string, index: number, namespace = 'default'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${owner}-${index}`,
      namespace,
      labels: { app: owner },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: `${owner}-uid`, controller: true },
      ],
    },
    spec: { containers: [{ name: 'app', image: 'registry.example/app:v1' }] },
  };
}

/** A request with defaults for tests: fast, and for all pods of the default namespace. */
export function eachRequest(
  words: readonly string[],
  parts: {
    selection?: Partial<EachRequest['selection']>;
    pace?: Partial<EachRequest['pace']>;
    debug?: Partial<EachRequest['debug']>;
    maxOutput?: number;
    workflow?: EachRequest['workflow'];
    via?: EachRequest['via'];
    reuse?: boolean;
  } = {},
): EachRequest {
  return {
    selection: {
      namespaces: ['default'],
      excludeNamespaces: [],
      onePerOwner: false,
      eachContainer: false,
      maxDebugContainers: 5,
      ...parts.selection,
    },
    pace: {
      parallel: 50,
      rate: 1000,
      perNode: 50,
      perWarmNode: 50,
      startTimeout: 30_000,
      halt: 'soon',
      ...parts.pace,
    },
    debug: {
      image: 'busybox',
      env: [],
      words,
      argumentsOnly: false,
      attach: false,
      stdin: false,
      tty: false,
      profile: 'general',
      adjust: { capAdd: [], capDrop: [] },
      mountsFromTarget: false,
      mountsReadWrite: false,
      envFromTarget: false,
      asTarget: false,
      hostShell: false,
      remove: true,
      written: new Set(),
      ...parts.debug,
    },
    workflow: parts.workflow ?? 'ephemeral',
    via: parts.via ?? 'log',
    reuse: parts.reuse ?? false,
    live: false,
    maxOutput: parts.maxOutput ?? 1024 * 1024,
  };
}

let counter = 0;

function options(parts: Partial<EachOptions> = {}): EachOptions {
  return {
    signal: new AbortController().signal,
    random: (below) => (counter += 7) % below,
    now: Date.now,
    ...parts,
  };
}

/** Runs a request and returns its report. */
export async function run(
  { cluster }: FleetWorld,
  request: EachRequest,
  parts: Partial<EachOptions> = {},
): Promise<Report> {
  const report = await runEach(cluster, request, options(parts));
  assert.ok(report !== undefined);
  return report;
}

/** The setup of most tests: 12 pods of 3 workloads. */
export async function twelvePods(test: CleanUp): Promise<FleetWorld> {
  const world = await fleetWorld(test);
  await world.runPods(
    ['web', 'db', 'mq'].flatMap((owner) => [0, 1, 2, 3].map((index) => podOf(owner, index))),
  );
  return world;
}
