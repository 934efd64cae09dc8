import { setMaxListeners } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ApiContext } from './api/api-context.ts';
import { findResource, type Resource } from './api/discovery/resource-table.ts';
import { type ApiServer, startServer } from './api/server.ts';
import { deleteObject, earlierPolicy } from './api/write/delete.ts';
import { createAuthorizer } from './auth/authorizer.ts';
import { impersonate } from './auth/impersonation.ts';
import { createReviewer } from './auth/reviews.ts';
import { type Authority, createAuthority, type KeyPair, type SandboxUser } from './certs/authority.ts';
import { writeKubeconfig } from './certs/kubeconfig.ts';
import { startGarbageCollector } from './controllers/garbage-collector.ts';
import { startNamespaceController } from './controllers/namespaces.ts';
import { startScheduler } from './controllers/scheduler.ts';
import { startControllers } from './controllers/start.ts';
import { Connections } from './faults/connections.ts';
import { FaultRegistry, type Faults } from './faults/faults.ts';
import { faultyRuntime } from './faults/faulty-runtime.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import type { KubeletTiming } from './kubelet/timing.ts';
import { rulesFor } from './resources/registry.ts';
import { createFirstObjects } from './setup/first-objects.ts';
import { Random } from './runtime/simulated/random.ts';
import {
  missingForRealContainers,
  openRuntime,
  type RuntimeName,
  type SimulationOptions,
} from './setup/runtime-choice.ts';
import { makeStateFolder, TEMPORARY_PREFIX, temporaryStateFolder } from './setup/state-folder.ts';
import { createTokens, type Tokens } from './setup/tokens.ts';
import { MemoryStore } from './store/memory-store.ts';
import { cleanUpAbandoned } from './runtime/runc/abandoned.ts';
import { cleanUpState } from './runtime/runc/clean-up.ts';

/** The user of a kubeconfig that names none: may do all. */
const ADMIN: SandboxUser = { name: 'kubernetes-admin', groups: ['system:masters'] };
/** The kubeconfig holds a private key. */
const PRIVATE_FILE_MODE = 0o600;

export interface SandboxOptions {
  /** `runc` for real containers, `simulated` for scripted ones; `auto`, the default: runc where it can run. */
  runtime?: RuntimeName | 'auto';
  /** How simulated containers behave: the seed of what is random, how long they take to start, their clock. */
  simulation?: SimulationOptions;
  /** Puts a relay before the API server, so that faults can stall connections; costs some throughput. */
  stallable?: boolean;
  /** Where everything is kept; a temporary folder, removed at the end, if absent. */
  stateFolder?: string;
  /** Port of the API server on the loopback interface; 0, the default, takes a free one. */
  port?: number;
  nodeName?: string;
  /** Archives made by `docker save`, or folders of them, whose images the node has; for real containers. */
  imageArchives?: readonly string[];
  /** Pods the node takes; 110 as on a real node. */
  maxPods?: number;
  /** More users, each with a context `kube-sandbox-NAME` in the kubeconfig; they have the rights that RBAC gives them. */
  users?: readonly SandboxUser[];
  /** The kubelet's times; a real kubelet's by default. */
  timing?: Partial<KubeletTiming>;
  /** Changes remembered for watches from the past; older resourceVersions are answered 410 Gone. */
  historyCapacity?: number;
}

/** A running sandbox. */
export interface Sandbox {
  /** Path of its kubeconfig. */
  kubeconfig: string;
  url: string;
  /** PEM of the certificate authority that its server certificate comes from. */
  authority: string;
  runtime: RuntimeName;
  /** Why it has no real containers though `auto` was asked for; absent if it has, or was not. */
  notReal?: string;
  /** The objects themselves, for tests that look behind the API. */
  store: MemoryStore;
  /** Makes requests fail, wait or break off. */
  faults: Faults;
  /** The client certificate of a user, made when there is none yet. */
  credentials(user: string, groups?: readonly string[]): KeyPair;
  /** Stops everything, and removes the containers and temporary files. */
  stop(): Promise<void>;
}

/**
 * Starts a one-node Kubernetes in this process.
 *
 * @example
 * const sandbox = await startSandbox({ runtime: 'simulated' });
 * process.env.KUBECONFIG = sandbox.kubeconfig;
 * await sandbox.stop();
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { runtime = 'auto' } = options;
  const notReal = runtime === 'auto' ? missingForRealContainers() : undefined;
  const runtimeName = runtime === 'auto' ? (notReal === undefined ? 'runc' : 'simulated') : runtime;
  const temporary = options.stateFolder === undefined;
  const folder = makeStateFolder(options.stateFolder ?? temporaryStateFolder());
  const authority = createAuthority();
  const now = (): Date => new Date();
  const tokens = createTokens(authority.certificate, now);
  const { historyCapacity } = options;
  const store = new MemoryStore(historyCapacity === undefined ? {} : { historyCapacity });
  const stopping = new AbortController();
  // Every open watch and stream listens to it: many are no leak.
  setMaxListeners(0, stopping.signal);
  const api = apiContext(store, now, tokens, stopping.signal, options.stallable === true);
  const stops = [
    startNamespaceController(store, authority.certificate, (namespace, name) =>
      removePod(api, namespace, name),
    ),
    startGarbageCollector(store, (resource, namespace, name, policy) =>
      remove(api, resource, namespace, name, policy),
    ),
    startScheduler(store, now),
  ];
  startControllers(store, { now, signal: stopping.signal });
  const server = await listen(api, authority, tokens, options);
  api.address = () => server.address;
  createFirstObjects(store, Number(new URL(server.url).port));
  const kubelet = await openKubelet(api, runtimeName, folder, tokens, options);
  api.node = kubelet.agent;
  const kubeconfig = join(folder, 'kubeconfig');
  const users = [ADMIN, ...(options.users ?? [])].map((user) => ({
    name: user.name,
    ...authority.issueClient(user),
  }));
  writeFileSync(kubeconfig, writeKubeconfig(server.url, authority.certificate, users), {
    mode: PRIVATE_FILE_MODE,
  });
  return {
    kubeconfig,
    url: server.url,
    authority: authority.certificate,
    credentials: (name, groups = []) =>
      users.find((user) => user.name === name) ?? authority.issueClient({ name, groups }),
    runtime: runtimeName,
    ...(notReal === undefined ? {} : { notReal }),
    store,
    faults: api.faults,
    async stop() {
      for (const stop of stops) stop();
      stopping.abort();
      await kubelet.stop();
      await server.stop();
      if (runtimeName === 'runc') await cleanUpState(join(folder, 'runc'));
      if (temporary) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function apiContext(
  store: MemoryStore,
  now: () => Date,
  tokens: Tokens,
  stopping: AbortSignal,
  stallable: boolean,
): ApiContext {
  const faults = new FaultRegistry({ stallable });
  return {
    store,
    rules: rulesFor,
    authorize: createAuthorizer(store),
    review: createReviewer(store, now, (token) => tokens.lookup(token)),
    node: undefined,
    faults,
    connections: new Connections(faults),
    now,
    address: () => '',
    stopping,
  };
}

function listen(
  api: ApiContext,
  authority: Authority,
  tokens: Tokens,
  { port = 0, stallable = false }: SandboxOptions,
): Promise<ApiServer> {
  return startServer(api, {
    port,
    stallable,
    certificate: authority.issueServer(
      ['localhost', 'kubernetes', 'kubernetes.default'],
      ['127.0.0.1', '10.96.0.1'],
    ),
    clientAuthority: authority.certificate,
    tokens: (token) => tokens.lookup(token),
    impersonate: (user, headers, request) => impersonate(user, headers, request, api.authorize),
  });
}

async function openKubelet(
  api: ApiContext,
  runtimeName: RuntimeName,
  folder: string,
  tokens: Tokens,
  options: SandboxOptions,
): Promise<Kubelet> {
  if (runtimeName === 'runc') {
    await cleanUpState(join(folder, 'runc'));
    if (options.stateFolder === undefined) {
      await cleanUpAbandoned(dirname(folder), TEMPORARY_PREFIX, 'runc');
    }
  }
  const runtime = await openRuntime(runtimeName, {
    stateDir: folder,
    archives: options.imageArchives ?? [],
    ...options.simulation,
  });
  const random = new Random('kubelet', options.simulation?.seed ?? 0);
  return startKubelet({
    store: api.store,
    nodeName: options.nodeName ?? 'vm',
    runtime: faultyRuntime(runtime, api.faults),
    ...(runtimeName === 'simulated' ? { random: () => random.next() } : {}),
    stateDir: join(folder, 'kubelet'),
    tokens,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    ...(options.maxPods === undefined ? {} : { maxPods: options.maxPods }),
  });
}

/** Deletes as a controller does: through the same steps as a request. */
function remove(
  api: ApiContext,
  resource: Resource,
  namespace: string,
  name: string,
  policy?: 'Foreground',
): void {
  const { store, now } = api;
  const context = {
    store,
    user: { name: 'system:apiserver', groups: ['system:masters'] },
    now,
    dryRun: false,
    warn: () => undefined,
  };
  const { finalizers = [] } = store.get(resource.key, namespace, name)?.metadata ?? {};
  try {
    deleteObject({ store, resource, rules: api.rules(resource.key), namespace, context }, name, {
      dryRun: false,
      propagationPolicy: policy ?? earlierPolicy(finalizers) ?? 'Background',
    });
  } catch {
    // It is gone already, which is what was wanted.
  }
}

function removePod(api: ApiContext, namespace: string, name: string): void {
  const pods = findResource('', 'v1', 'pods');
  if (pods !== undefined) remove(api, pods, namespace, name);
}
