import { setMaxListeners } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiContext } from './apiserver/api-context.ts';
import type { ServerHooks } from './apiserver/hooks.ts';
import { ApplyManagers } from './apiserver/patch/apply-managers.ts';
import { type RequestLog, RequestRecorder } from './apiserver/routing/request-log.ts';
import { type ApiServer, startServer } from './apiserver/server.ts';
import { evictPod } from './apiserver/subresources/eviction.ts';
import { createAuthorizer } from './auth/authorizer.ts';
import { impersonate } from './auth/impersonation.ts';
import { createReviewer } from './auth/reviews.ts';
import {
  type Authority,
  createAuthority,
  type KeyPair,
  type SandboxUser,
} from './auth/certificates/authority.ts';
import { writeKubeconfig } from './setup/kubeconfig.ts';
import { PODS } from './controllers/api-client.ts';
import { startGarbageCollector } from './controllers/garbage-collector.ts';
import { startNamespaceController } from './controllers/namespaces.ts';
import { markUnreachable } from './controllers/nodes/node-lifecycle.ts';
import { startScheduler } from './controllers/scheduling/scheduler.ts';
import { startControllers } from './controllers/start.ts';
import { FaultRegistry, type Faults } from './faults/faults.ts';
import { faultHooks } from './faults/server-hooks.ts';
import { volumeDirectory } from './kubelet/paths.ts';
import { rulesFor } from './resources/registry.ts';
import { createFirstObjects } from './setup/first-objects.ts';
import { internalWrite, remove, removePod } from './setup/internal-writes.ts';
import type { SandboxOptions } from './setup/options.ts';
import { missingForRealContainers, type RuntimeName } from './setup/runtime-choice.ts';
import {
  abandonedDirectories,
  makeStateDirectory,
  removeStateDirectory,
  temporaryStateDirectory,
} from './setup/state-directory.ts';
import { DEFAULT_NODE_NAME, kubeletDirectory, openKubelet } from './setup/open-kubelet.ts';
import { Unwind } from './setup/unwind.ts';
import { createTokens, type Tokens } from './auth/tokens.ts';
import { MemoryStore } from './store/memory-store.ts';
import type { Store } from './store/types.ts';
import { cleanUpState } from './runtimes/runc/clean-up.ts';

/** The user of a kubeconfig without other users: has all rights. */
const ADMIN: SandboxUser = { name: 'kubernetes-admin', groups: ['system:masters'] };
/** The kubeconfig contains a private key. */
const PRIVATE_FILE_MODE = 0o600;

/** A running sandbox. */
export interface Sandbox {
  /** Path of its kubeconfig. */
  kubeconfig: string;
  url: string;
  /** PEM of the certificate authority that issued its server certificate. */
  authority: string;
  runtime: RuntimeName;
  /** Why it has no real containers although `auto` was requested; otherwise absent. */
  simulatedReason?: string;
  /** Settings of pods that have no effect here, a sentence each: limits, users. */
  notes: readonly string[];
  /** The stored objects, for tests that bypass the API. */
  store: Store;
  /** Makes requests fail, stall or break. */
  faults: Faults;
  /** The requests to the API server, for assertions. */
  requests: RequestLog;
  /** The client certificate of a user, created if there is none yet. */
  credentials(user: string, groups?: readonly string[]): KeyPair;
  /**
   * Evicts a pod as a drain does, in the namespace `default` if none is given. Throws an error with the code 429 if a
   * PodDisruptionBudget does not allow it, 404 if there is no such pod.
   */
  evict(pod: { name: string; namespace?: string }): void;
  /**
   * Cuts off the node: its kubelet sends no more heartbeats, and can't be reached. Node and pods are marked at once, as
   * in a real cluster after a grace period of most of a minute; pods are evicted after their toleration, by default 300
   * s.
   */
  loseNode(): void;
  /** Reconnects a lost node, with the current state of its containers. */
  bringBack(): void;
  /** Stops everything, and removes the containers and temporary files. A second call waits for the first. */
  stop(): Promise<void>;
  /** The same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a one-node Kubernetes cluster in this process.
 *
 * @example
 * const sandbox = await startSandbox({ runtime: 'simulated' });
 * process.env.KUBECONFIG = sandbox.kubeconfig;
 * await sandbox.stop();
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const started = new Unwind();
  try {
    return await start(options, started);
  } catch (error) {
    await started
      .run()
      .catch((failure: unknown) => warningOf(options)(`what had started did not stop: ${String(failure)}`));
    throw error;
  }
}

async function start(options: SandboxOptions, started: Unwind): Promise<Sandbox> {
  const { runtime = 'auto', historyCapacity } = options;
  const warn = warningOf(options);
  const simulatedReason = runtime === 'auto' ? missingForRealContainers() : undefined;
  const runtimeName = runtime === 'auto' ? (simulatedReason === undefined ? 'runc' : 'simulated') : runtime;
  await sweepAbandoned(warn);
  const directory = openStateDirectory(options, started);
  const authority = createAuthority();
  const now = (): Date => new Date();
  const store = new MemoryStore({
    ...(historyCapacity === undefined ? {} : { historyCapacity }),
    onListenerError: (error) => warn(`a listener of the store failed: ${describe(error)}`),
  });
  const tokens = createTokens(
    authority.certificate,
    now,
    (resource, namespace, name) => store.get(resource, namespace, name)?.metadata.uid,
  );
  const stopping = new AbortController();
  // Every open watch and stream listens to it: many listeners are no leak.
  setMaxListeners(0, stopping.signal);
  const stallable = options.stallable === true;
  const faults = new FaultRegistry({ stallable });
  const api = apiContext(store, now, tokens, stopping.signal, faultHooks(faults, { stallable }));
  started.defer(() => stopping.abort());
  for (const stop of [
    startNamespaceController(store, authority.certificate, (namespace, name) =>
      removePod(api, warn, namespace, name),
    ),
    startGarbageCollector(store, (resource, namespace, name, policy) =>
      remove(api, warn, resource, namespace, name, policy),
    ),
    startScheduler(store, now),
  ]) {
    started.defer(stop);
  }
  startControllers(store, {
    now,
    volumeDirectory: volumeDirectory(kubeletDirectory(directory)),
    signal: stopping.signal,
  });
  const server = await listen(api, authority, tokens, options);
  started.defer(() => server.stop());
  api.address = () => server.address;
  createFirstObjects(store, Number(new URL(server.url).port));
  const { kubelet, notes } = await openKubelet(store, faults, runtimeName, directory, tokens, options);
  started.defer(() => kubelet.stop());
  api.node = kubelet.agent;
  const kubeconfig = join(directory, 'kubeconfig');
  const users = [ADMIN, ...(options.users ?? [])].map((user) => ({
    name: user.name,
    ...authority.issueClient(user),
  }));
  rmSync(kubeconfig, { force: true });
  writeFileSync(kubeconfig, writeKubeconfig(server.url, authority.certificate, users), {
    mode: PRIVATE_FILE_MODE,
    flag: 'wx',
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    if (stopped === undefined) {
      for (const fault of faults.unused()) warn(`a fault was never hit: ${fault}`);
      // Open watches are ended properly, while the server still runs.
      stopping.abort();
      stopped = started.run();
    }
    return stopped;
  };
  return {
    kubeconfig,
    url: server.url,
    authority: authority.certificate,
    credentials: (name, groups = []) =>
      users.find((user) => user.name === name) ?? authority.issueClient({ name, groups }),
    runtime: runtimeName,
    ...(simulatedReason === undefined ? {} : { simulatedReason }),
    notes,
    store,
    faults,
    requests: api.requests,
    evict: ({ name, namespace = 'default' }) => evictPod(internalWrite(api, PODS, namespace), name, {}),
    loseNode() {
      kubelet.cutOff();
      markUnreachable(store, options.nodeName ?? DEFAULT_NODE_NAME, now());
    },
    bringBack: () => kubelet.reconnect(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function warningOf({ warn }: SandboxOptions): (message: string) => void {
  return warn ?? ((message) => process.emitWarning(message, 'KubeSandboxWarning'));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The directory of this sandbox. A temporary one is deleted with it; in a given one only the containers. */
function openStateDirectory({ stateDirectory }: SandboxOptions, started: Unwind): string {
  const directory =
    stateDirectory === undefined ? temporaryStateDirectory() : makeStateDirectory(stateDirectory);
  started.defer(() =>
    stateDirectory === undefined ? removeStateDirectory(directory) : cleanUpState(join(directory, 'runc')),
  );
  return directory;
}

/** Deletes what killed sandboxes of this user left behind, including an administrator's key. */
async function sweepAbandoned(warn: (message: string) => void): Promise<void> {
  for (const directory of abandonedDirectories()) {
    await removeStateDirectory(directory).catch((error: unknown) =>
      warn(`${directory}, which a killed sandbox left behind, can't be removed: ${describe(error)}`),
    );
  }
}

function apiContext(
  store: MemoryStore,
  now: () => Date,
  tokens: Tokens,
  stopping: AbortSignal,
  hooks: ServerHooks,
): ApiContext {
  return {
    store,
    rules: rulesFor,
    authorize: createAuthorizer(store),
    review: createReviewer(store, now, (token) => tokens.lookup(token)),
    tokens,
    node: undefined,
    hooks,
    requests: new RequestRecorder(),
    applyManagers: new ApplyManagers(),
    now,
    address: () => '',
    stopping,
  };
}

function listen(
  api: ApiContext,
  authority: Authority,
  tokens: Tokens,
  { port = 0, keepProcessAlive = true }: SandboxOptions,
): Promise<ApiServer> {
  return startServer(api, {
    port,
    unref: !keepProcessAlive,
    certificate: authority.issueServer(
      ['localhost', 'kubernetes', 'kubernetes.default'],
      ['127.0.0.1', '10.96.0.1'],
    ),
    clientAuthority: authority.certificate,
    tokens: (token) => tokens.lookup(token),
    impersonate: (user, headers, request) => impersonate(user, headers, request, api.authorize),
  });
}
