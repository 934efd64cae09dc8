import { readFileSync } from 'node:fs';
import { DbgError } from '../../errors.ts';
import { sanitise } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import type { ClientCertificate, UserSettings } from '../kubeconfig/connection.ts';
import type { PluginPolicy } from './plugin-policy.ts';

/** What proves who we are, at this moment. */
export interface Credential {
  /** Value of the Authorization header. */
  authorization: string | undefined;
  clientCertificate: ClientCertificate | undefined;
}

/** Gives credentials, and newer ones when the server refuses those. */
export interface Credentials {
  get(): Promise<Credential>;
  /**
   * To be called after a 401 for what `get` gave. Forgets what can be had anew, and says whether trying once more
   * makes sense.
   */
  refused(credential: Credential): boolean;
}

/** How long a token file's content is used before it is read again; the kubelet renews it well ahead. Go: 1 min. */
const TOKEN_FILE_TTL = 60_000;

/** Chooses the user's way of proving who they are. */
export function createCredentials(
  user: UserSettings,
  world: Pick<World, 'env' | 'now' | 'stdin' | 'stderr'>,
  policy: PluginPolicy | undefined,
): Credentials {
  const { clientCertificate, token, tokenFile, basic, exec } = user;
  if (tokenFile !== undefined) return fromTokenFile(tokenFile, clientCertificate, world);
  if (token !== undefined) return fixed(bearer(token), clientCertificate);
  if (basic !== undefined) {
    const pair = Buffer.from(`${basic.username}:${basic.password}`, 'utf8').toString('base64');
    return fixed(`Basic ${pair}`, clientCertificate);
  }
  if (exec !== undefined) {
    // Loaded late: most kubeconfigs of the hot path (certificates, tokens) need no child process.
    const plugin = import('./exec-plugin.ts').then(({ ExecPlugin }) => new ExecPlugin(exec, world, policy));
    plugin.catch(() => undefined);
    let ready: Credentials | undefined;
    return {
      async get() {
        ready = await plugin;
        const credential = await ready.get();
        return {
          authorization: credential.authorization,
          clientCertificate: credential.clientCertificate ?? clientCertificate,
        };
      },
      refused: (credential) => ready?.refused(credential) ?? false,
    };
  }
  return fixed(undefined, clientCertificate);
}

/** Header value for a bearer token. Throws DbgError for a token that would break out of the header. */
export function bearer(token: string): string {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw new DbgError('configuration', 'the bearer token is empty or holds characters that no token has', {
      remedy: 'Correct the token of the user entry, its file or --token',
    });
  }
  return `Bearer ${trimmed}`;
}

function fixed(
  authorization: string | undefined,
  clientCertificate: ClientCertificate | undefined,
): Credentials {
  return { get: () => Promise.resolve({ authorization, clientCertificate }), refused: () => false };
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
  };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new DbgError('configuration', `cannot read the token file ${sanitise(file)}: ${code}`, {
      remedy: 'Correct tokenFile of the user entry',
      cause: error,
    });
  }
}
