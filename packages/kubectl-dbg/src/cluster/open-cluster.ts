import { arch } from 'node:os';
import { yieldToEventLoop } from '../base/yield-to-event-loop.ts';
import type { World } from '../model/world.ts';
import { VERSION } from '../version.ts';
import { createCredentials } from './credentials/credentials.ts';
import { HttpClient } from './http/client.ts';
import type { ClientSettings } from './http/client.ts';
import { Connector } from './http/connector.ts';
import { describeServer } from './http/describe-server.ts';
import { resolveConnection } from './kubeconfig/resolve.ts';
import { DEFAULT_TUNING } from './options.ts';
import type { ClusterOptions } from './options.ts';
import { SpareConnection } from './remote-command/spare-connection.ts';
import type { Cluster, RemoteCommandOptions, WatchEvent, WatchOptions } from './types.ts';

/** Precision of a random fraction from `randomInt`. */
const FRACTION = 1_000_000;

/**
 * Reads the configuration and returns a client for the cluster. Sends nothing yet. Throws DbgError `configuration` if
 * kubeconfig, files or flags are invalid, `usage` for a malformed flag.
 */
export async function openCluster(options: ClusterOptions, world: World): Promise<Cluster> {
  const connection = await resolveConnection(options, world);
  const { endpoint, user } = connection;
  const tuning = { ...DEFAULT_TUNING, ...options.tuning };
  const trace = options.trace ?? (() => undefined);
  const listeners: ((text: string) => void)[] = [];
  const warned = new Set<string>();
  const credentials = createCredentials(user, world, {
    policy: options.pluginPolicy,
    background: options.background === true,
  });
  const connector = new Connector(endpoint, tuning, trace, () => world.now());
  const settings: ClientSettings = {
    endpoint,
    credentials,
    connector,
    impersonate: user.impersonate,
    identity: user.source,
    userAgent: options.userAgent ?? `kubectl-dbg/${VERSION} (${world.platform}/${arch()})`,
    requestTimeout: options.requestTimeout === 0 ? undefined : options.requestTimeout,
    compress: options.disableCompression !== true,
    tuning,
    now: () => world.now(),
    trace,
    warn(text) {
      if (warned.has(text)) return;
      warned.add(text);
      for (const listener of listeners) listener(text);
    },
  };
  const client = new HttpClient(settings);
  // A watch would reopen its connection.
  const closing = new AbortController();
  const spare = new SpareConnection(async () => {
    const { socket } = await connector.upgradeConnection(await credentials.get());
    return socket;
  });
  const open = async (subresource: 'attach' | 'exec', command: RemoteCommandOptions) => {
    const { openCommand } = await import('./remote-command/open-command.ts');
    return openCommand({ settings, connector, credentials, spare }, subresource, command);
  };
  return {
    server: describeServer(endpoint),
    runningPlugin: () => credentials.running(),
    namespace: connection.namespace,
    request: (request) => client.request(request),
    stream: (request) => client.stream(request),
    async *watch<T>(watchOptions: WatchOptions): AsyncGenerator<WatchEvent<T>> {
      const { watch } = await import('./watch/watch.ts');
      const own =
        watchOptions.dedicated === true
          ? new Connector(endpoint, tuning, trace, () => world.now())
          : undefined;
      const watcher = own === undefined ? client : new HttpClient({ ...settings, connector: own });
      const events = watch(
        {
          request: (request) => watcher.request(request),
          stream: (request) => watcher.stream(request),
          tuning,
          now: () => world.now(),
          random: () => world.randomInt(FRACTION) / FRACTION,
          server: describeServer(endpoint),
        },
        { ...watchOptions, signal: AbortSignal.any([watchOptions.signal, closing.signal]) },
      );
      try {
        yield* events as AsyncGenerator<WatchEvent<T>>;
      } finally {
        own?.close();
      }
    },
    prepareRequests: async () => {
      if (user.exec !== undefined) return;
      credentials
        .get()
        .then((credential) => connector.transport(credential))
        .catch(() => undefined);
      await yieldToEventLoop();
    },
    preload: async () => {
      await Promise.all([
        import('./watch/watch.ts'),
        import('./remote-command/open-command.ts'),
        import('ws'),
      ]);
    },
    preloadRecovery: async () => {
      await Promise.all([
        import('./http/explain-transport.ts'),
        import('./http/explain-tls.ts'),
        import('./watch/list-pages.ts'),
        import('./remote-command/spdy-upgrade.ts'),
        import('./remote-command/spdy-command.ts'),
      ]);
    },
    prepareUpgrade: () => spare.prepare(),
    attach: (command) => open('attach', command),
    exec: (command) => open('exec', command),
    onWarning: (listener) => {
      listeners.push(listener);
    },
    close: () => {
      closing.abort();
      spare.close();
      credentials.close();
      connector.close();
      return Promise.resolve();
    },
  };
}
