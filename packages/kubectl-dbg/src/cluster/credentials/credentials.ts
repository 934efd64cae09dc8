import { readFileAtOnce } from '../../base/read-file.ts';
import { whyUnread } from '../kubeconfig/files.ts';
import { DbgError } from '../../model/failure.ts';
import { sanitise } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import type { ClientCertificate, UserSettings } from '../kubeconfig/connection.ts';
import type { PluginOptions } from './exec-plugin.ts';

/** The current credential. */
export interface Credential {
  /** Value of the Authorization header. */
  authorization: string | undefined;
  clientCertificate: ClientCertificate | undefined;
}

/** Provides credentials, and new ones when the server refuses the old ones. */
export interface Credentials {
  /** If all callers abort their signals, the plugin that runs for them is stopped. */
  get(signal?: AbortSignal): Promise<Credential>;
  /**
   * To be called after a 401 for a credential from `get`. Drops it if a new one is possible, and returns whether a retry
   * makes sense.
   */
  refused(credential: Credential): boolean;
  /** The plugin that runs now, as the kubeconfig names it; undefined if none. */
  running(): string | undefined;
  /** Stops a running plugin. */
  close(): void;
}

/** How long a token file's content is used before it is read again; the kubelet renews it well in advance. Go: 1 min. */
const TOKEN_FILE_TTL = 60_000;

/** Selects the user's kind of credentials. */
export function createCredentials(
  user: UserSettings,
  world: Pick<World, 'env' | 'now' | 'platform' | 'signalGroup' | 'stdin' | 'stderr'>,
  options: PluginOptions,
): Credentials {
  const { clientCertificate, token, tokenFile, basic, exec } = user;
  if (tokenFile !== undefined) return fromTokenFile(tokenFile, clientCertificate, world);
  if (token !== undefined) return fixed(bearer(token), clientCertificate);
  if (basic !== undefined) {
    const pair = Buffer.from(`${basic.username}:${basic.password}`, 'utf8').toString('base64');
    return fixed(`Basic ${pair}`, clientCertificate);
  }
  if (exec !== undefined) {
    // Loaded lazily: most kubeconfigs (certificates, tokens) need no child process.
    const plugin = import('./exec-plugin.ts').then(({ ExecPlugin }) => new ExecPlugin(exec, world, options));
    plugin.catch(() => undefined);
    let ready: Credentials | undefined;
    let isClosed = false;
    return {
      async get(signal) {
        ready = await plugin;
        if (isClosed) ready.close();
        const credential = await ready.get(signal);
        return {
          authorization: credential.authorization,
          clientCertificate: credential.clientCertificate ?? clientCertificate,
        };
      },
      refused: (credential) => ready?.refused(credential) ?? false,
      running: () => ready?.running(),
      close() {
        isClosed = true;
        ready?.close();
      },
    };
  }
  return fixed(undefined, clientCertificate);
}

/** Header value for a bearer token. Throws DbgError for a token that contains characters not allowed in a header. */
export function bearer(token: string): string {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new DbgError(
      'configuration',
      'TokenMalformed',
      'the bearer token is empty or contains invalid characters',
    );
  }
  return `Bearer ${trimmed}`;
}

function fixed(
  authorization: string | undefined,
  clientCertificate: ClientCertificate | undefined,
): Credentials {
  return {
    get: () => Promise.resolve({ authorization, clientCertificate }),
    refused: () => false,
    running: () => undefined,
    close,
  };
}

function fromTokenFile(
  file: string,
  clientCertificate: ClientCertificate | undefined,
  world: Pick<World, 'now'>,
): Credentials {
  let cached: { authorization: string; readAt: number } | undefined;
  let last: string | undefined;
  return {
    async get() {
      if (cached === undefined || world.now() - cached.readAt > TOKEN_FILE_TTL) {
        cached = { authorization: bearer(readToken(file)), readAt: world.now() };
      }
      last = cached.authorization;
      return { authorization: cached.authorization, clientCertificate };
    },
    refused(credential) {
      if (credential.authorization === last) cached = undefined;
      return true;
    },
    running: () => undefined,
    close,
  };
}

function close(): void {
  // nothing runs for it
}

function readToken(file: string): string {
  try {
    return readFileAtOnce(file).toString('utf8');
  } catch (error) {
    const why = whyUnread(error);
    throw new DbgError(
      'configuration',
      'TokenFileUnreadable',
      `cannot read the token file ${sanitise(file)}: ${why}`,
      { file, why },
      { cause: error },
    );
  }
}
