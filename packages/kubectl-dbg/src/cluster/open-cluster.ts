import { arch } from 'node:os';
import { turn } from '../turn.ts';
import type { World } from '../world.ts';
import { VERSION } from '../version.ts';
import { createCredentials } from './credentials/credentials.ts';
import { requestTimeout } from './duration.ts';
import { HttpClient } from './http/client.ts';
import type { ClientSettings } from './http/client.ts';
import { Connector } from './http/connector.ts';
import { describeServer } from './http/explain-transport.ts';
import { resolveConnection } from './kubeconfig/resolve.ts';
import { DEFAULT_TUNING } from './options.ts';
import type { ClusterOptions } from './options.ts';
import { SpareConnection } from './remote-command/spare-connection.ts';
import type { Cluster, RemoteCommandOptions, WatchEvent, WatchOptions } from './types.ts';

/** Precision of a random fraction made of `randomInt`. */
const FRACTION = 1_000_000;

/**
 * Reads the configuration and gives a client for the cluster. Nothing is sent yet. Throws DbgError `configuration` for
 * what is wrong with kubeconfig, files or flags, `usage` for a malformed flag.
 */
export async function openCluster(options: ClusterOptions, world: World): Promise<Cluster> {
  const connection = await resolveConnection(options, world);
  const { endpoint, user } = connection;
  const tuning = { ...DEFAULT_TUNING, ...options.tuning };
  const trace = options.trace ?? (() => undefined);
  const listeners: ((text: string) => void)[] = [];
  const warned = new Set<string>();
  const credentials = createCredentials(user, world, options.pluginPolicy);
  const connector = new Connector(endpoint, tuning, trace, () => world.now());
  const settings: ClientSettings = {
    endpoint,
    credentials,
    connector,
    impersonate: user.impersonate,
    userAgent: options.userAgent ?? `kubectl-dbg/${VERSION} (${world.platform}/${arch()})`,
    requestTimeout: requestTimeout(options.requestTimeout),
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
  // A watch would open its connection again.
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
    namespace: connection.namespace,
    request: (request) => client.request(request),
    stream: (request) => client.stream(request),
    async *watch<T>(watchOptions: WatchOptions): AsyncGenerator<WatchEvent<T>> {
      const { watch } = await import('./watch/watch.ts');
      const events = watch(
        {
          request: (request) => client.request(request),
          stream: (request) => client.stream(request),
          tuning,
          now: () => world.now(),
          random: () => world.randomInt(FRACTION) / FRACTION,
          server: describeServer(endpoint),
        },
        { ...watchOptions, signal: AbortSignal.any([watchOptions.signal, closing.signal]) },
      );
      yield* events as AsyncGenerator<WatchEvent<T>>;
    },
    prepareRequests: async () => {
      if (user.exec !== undefined) return;
      credentials
        .get()
        .then((credential) => connector.transport(credential))
        .catch(() => undefined);
      await turn();
    },
    preload: async () => {
      await Promise.all([
        import('./watch/watch.ts'),
        import('./remote-command/open-command.ts'),
        import('ws'),
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
      connector.close();
      return Promise.resolve();
    },
  };
}
