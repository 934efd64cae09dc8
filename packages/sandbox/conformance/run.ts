import { setTimeout as wait } from 'node:timers/promises';
import { namespaceObject } from '../src/setup/first-objects.ts';
import { startSandbox } from '../src/sandbox.ts';
import type { Store } from '../src/store/types.ts';
import { Client } from './client.ts';
import { compareStep } from './compare.ts';
import { isOwnWindow } from './log-window.ts';
import { inOwnOrder } from './merged-order.ts';
import { OUT_OF_SCOPE } from './out-of-scope.ts';
import { endOf, type Recording } from './recording.ts';
import { replay } from './replay.ts';

/** Scenarios mostly wait; this number keeps a two-core machine busy without delaying any. */
const CONCURRENCY = 10;
/** Failed scenarios are retried on a less busy machine. */
const SECOND_CONCURRENCY = 3;
/** Time limit for the deletion of a namespace. */
const NAMESPACE_PATIENCE_MS = 60_000;
const LOOK_MS = 50;

export interface ScenarioResult {
  recording: Recording;
  outcome: 'passed' | 'failed' | 'out of scope';
  /** The first difference, or why it is out of scope. */
  detail?: string;
  /** It took more than one attempt: times are real, and a busy machine may be slow. */
  repeated?: true;
}

export interface ConformanceRun {
  results: ScenarioResult[];
  /** The sandbox's runtime. */
  runtime: string;
}

export interface RunOptions {
  concurrency?: number;
  runtime?: 'runc' | 'simulated';
  onResult?: (result: ScenarioResult) => void;
}

/** Replays recordings concurrently against a new sandbox, each in its own namespace. */
export async function runConformance(
  recordings: readonly Recording[],
  options: RunOptions = {},
): Promise<ConformanceRun> {
  const sandbox = await startSandbox({
    users: [{ name: 'dan' }, { name: 'support' }],
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
  });
  try {
    createRecordedUsers(sandbox.store);
    const client = new Client({
      url: sandbox.url,
      authority: sandbox.authority,
      credentials: {
        admin: sandbox.credentials('kubernetes-admin'),
        dan: sandbox.credentials('dan'),
        support: sandbox.credentials('support'),
      },
    });
    // Longest first, so that the last one to finish is a short one.
    const queue = recordings.toSorted((a, b) => duration(b) - duration(a));
    const concurrency = options.concurrency ?? CONCURRENCY;
    const first = await runAll(client, sandbox.store, queue, concurrency, options.onResult);
    const failed = first.filter(({ outcome }) => outcome === 'failed').map(({ recording }) => recording);
    const second = await runAll(client, sandbox.store, failed, SECOND_CONCURRENCY, options.onResult);
    client.close();
    const results = first.map((result) => {
      const again = second.find(({ recording }) => recording === result.recording);
      return again === undefined ? result : { ...again, repeated: true as const };
    });
    const sorted = results.toSorted((a, b) => (a.recording.name < b.recording.name ? -1 : 1));
    return { results: sorted, runtime: sandbox.runtime };
  } finally {
    await sandbox.stop();
  }
}

/** Runs scenarios concurrently, but no two in the same namespace. */
async function runAll(
  client: Client,
  store: Store,
  recordings: readonly Recording[],
  concurrency: number,
  onResult: RunOptions['onResult'],
): Promise<ScenarioResult[]> {
  const queue = [...recordings];
  const results: ScenarioResult[] = [];
  const busy = new Set<string>();
  const work = async (): Promise<void> => {
    for (;;) {
      const index = queue.findIndex(({ namespace }) => namespace === undefined || !busy.has(namespace));
      const [recording] = index < 0 ? [] : queue.splice(index, 1);
      if (recording === undefined) return;
      const { namespace } = recording;
      if (namespace !== undefined) busy.add(namespace);
      const result = await runScenario(client, store, recording);
      if (namespace !== undefined) busy.delete(namespace);
      results.push(result);
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  // Scenarios whose namespace was in use by another one.
  await work();
  return results;
}

async function runScenario(client: Client, store: Store, recording: Recording): Promise<ScenarioResult> {
  const reason = OUT_OF_SCOPE[recording.name];
  if (reason !== undefined) return { recording, outcome: 'out of scope', detail: reason };
  const { namespace, namespaceLabels = {} } = recording;
  if (namespace !== undefined && store.get('namespaces', undefined, namespace) === undefined) {
    store.create('namespaces', namespaceObject(namespace, namespaceLabels));
  }
  const answers = await replay(client, recording);
  if (namespace !== undefined) await deleteNamespace(client, store, namespace);
  const isEndless = recording.steps.some(({ request }) =>
    JSON.stringify(request.body ?? '').includes('while :'),
  );
  for (const [index, step] of recording.steps.entries()) {
    const answer = answers[index];
    const found =
      answer === undefined
        ? 'not answered'
        : compareStep(inOwnOrder(step, recording.steps, answers), answer, isEndless);
    const isExcused =
      found?.startsWith('text: ') === true &&
      answer !== undefined &&
      isOwnWindow(step, answer, recording.steps, answers);
    if (found !== undefined && !isExcused) {
      const where = `step ${index} (${step.request.method} ${step.request.path})`;
      return { recording, outcome: 'failed', detail: `${where}: ${found}` };
    }
  }
  return { recording, outcome: 'passed' };
}

async function deleteNamespace(client: Client, store: Store, namespace: string): Promise<void> {
  const response = await client.open({
    user: 'admin',
    method: 'DELETE',
    path: `/api/v1/namespaces/${namespace}`,
    headers: {},
    body: undefined,
    signal: AbortSignal.timeout(10_000),
  });
  response.resume();
  const end = Date.now() + NAMESPACE_PATIENCE_MS;
  while (store.get('namespaces', undefined, namespace) !== undefined && Date.now() < end) await wait(LOOK_MS);
}

function duration({ steps }: Recording): number {
  return Math.max(0, ...steps.map((step) => Math.max(step.at_ms, endOf(step) ?? 0)));
}

/** Roles and bindings of the recorded users beyond the bootstrap policy. */
function createRecordedUsers(store: Store): void {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  store.create(`clusterroles.${apiGroup}`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: 'support-debug' },
    rules: [
      { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] },
      { apiGroups: [''], resources: ['pods/attach'], verbs: ['create'] },
      { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
    ],
  });
  const bindings = [
    ['dan-view', 'view', 'dan'],
    ['support-view', 'view', 'support'],
    ['support-debug', 'support-debug', 'support'],
  ] as const;
  for (const [name, role, user] of bindings) {
    store.create(`clusterrolebindings.${apiGroup}`, {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      subjects: [{ kind: 'User', apiGroup, name: user }],
      roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    });
  }
}
