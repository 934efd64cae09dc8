import { DbgError } from '../../errors.ts';
import { sanitise, sanitiseShort } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import type { ExecSettings } from '../kubeconfig/connection.ts';
import { isRecord } from '../kubeconfig/shape.ts';
import { bearer } from './credentials.ts';
import type { Credential, Credentials } from './credentials.ts';
import { allowsPlugin } from './plugin-policy.ts';
import type { PluginPolicy } from './plugin-policy.ts';
import { runPlugin } from './run-plugin.ts';

/** An installation hint is somebody's text of any length; this much is shown. */
const HINT_LIMIT = 400;

type PluginWorld = Pick<World, 'env' | 'now' | 'stdin' | 'stderr'>;

/**
 * Credentials from a program that the kubeconfig names, kept until they expire or the server refuses them.
 *
 * Source: Kubernetes docs, "client-go credential plugins" (client.authentication.k8s.io/v1).
 */
export class ExecPlugin implements Credentials {
  readonly #settings: ExecSettings;
  readonly #world: PluginWorld;
  readonly #policy: PluginPolicy | undefined;
  /** Shared by requests that ask at the same time, so that the program runs once. */
  #current: Promise<{ credential: Credential; expires: number }> | undefined;
  #last: Credential | undefined;

  constructor(settings: ExecSettings, world: PluginWorld, policy: PluginPolicy | undefined) {
    this.#settings = settings;
    this.#world = world;
    this.#policy = policy;
  }

  async get(): Promise<Credential> {
    if (this.#current !== undefined) {
      const { credential, expires } = await this.#current;
      if (expires > this.#world.now()) return credential;
    }
    const run = this.#run();
    this.#current = run;
    try {
      const { credential } = await run;
      this.#last = credential;
      return credential;
    } catch (error) {
      if (this.#current === run) this.#current = undefined;
      throw error;
    }
  }

  refused(credential: Credential): boolean {
    if (credential.authorization === this.#last?.authorization) this.#current = undefined;
    return true;
  }

  async #run(): Promise<{ credential: Credential; expires: number }> {
    const { command, apiVersion, interactiveMode, cluster, installHint } = this.#settings;
    const name = `the credential plugin ${sanitise(command)}`;
    if (!allowsPlugin(this.#policy, command, this.#world.env['PATH'])) {
      throw new DbgError('configuration', `${name} is not allowed by the policy of your kuberc`, {
        remedy: 'Add it to credentialPluginAllowlist if you trust it',
      });
    }
    const terminal = this.#world.stdin.isTTY === true;
    if (interactiveMode === 'Always' && !terminal) {
      throw new DbgError('configuration', `${name} needs a terminal on standard input`, {
        remedy: 'Run the command on a terminal, or use credentials that need none',
      });
    }
    const interactive = interactiveMode !== 'Never' && terminal;
    const info = {
      kind: 'ExecCredential',
      apiVersion,
      spec: { ...(cluster === undefined ? {} : { cluster }), interactive },
    };
    const result = await runPlugin(this.#settings, info, interactive, this.#world);
    switch (result.kind) {
      case 'missing': {
        const hint = installHint?.trim();
        throw new DbgError('configuration', `${name} is not installed`, {
          remedy: hint ? sanitiseShort(hint, HINT_LIMIT) : `Install it, or see that PATH finds it`,
        });
      }
      case 'failed':
        throw new DbgError('configuration', `${name} ${result.how}`, {
          remedy: 'Run it by hand to see why',
          cause: result.cause,
        });
      case 'output':
        return readCredential(result.text, apiVersion, name);
    }
  }
}

/** Takes the plugin's answer apart. Its text is never quoted: it holds the secret. */
function readCredential(
  text: string,
  apiVersion: string,
  name: string,
): { credential: Credential; expires: number } {
  const fail = (problem: string) =>
    new DbgError('configuration', `${name} ${problem}`, { remedy: 'Run it by hand and look at its output' });
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw fail('did not print JSON');
  }
  if (!isRecord(answer) || answer['kind'] !== 'ExecCredential') throw fail('did not print an ExecCredential');
  if (answer['apiVersion'] !== apiVersion) {
    throw fail(`printed an ExecCredential of another version than ${apiVersion}`);
  }
  const status = answer['status'];
  if (!isRecord(status)) throw fail('printed an ExecCredential without a status');
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = status;
  const hasToken = typeof token === 'string' && token !== '';
  const hasCert = typeof cert === 'string' && cert !== '';
  const hasKey = typeof key === 'string' && key !== '';
  if (!hasToken && !hasCert) throw fail('printed neither a token nor a client certificate');
  if (hasCert !== hasKey) throw fail('printed only one of client certificate and key');
  const expires = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Infinity;
  if (Number.isNaN(expires)) throw fail('printed an expirationTimestamp that is not a time');
  return {
    credential: {
      authorization: hasToken ? bearer(token) : undefined,
      clientCertificate: hasCert && hasKey ? { cert, key } : undefined,
    },
    expires,
  };
}
