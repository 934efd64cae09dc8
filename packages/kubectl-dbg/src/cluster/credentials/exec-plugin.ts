import { is } from 'valibot';
import { exceededLimit } from '../../base/json-shape.ts';
import { abortable } from '../../base/abortable.ts';
import { DbgError } from '../../model/failure.ts';
import { sanitise, sanitiseShort } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import type { ExecSettings } from '../kubeconfig/connection.ts';
import { map } from '../../base/file-schema.ts';
import { bearer } from './credentials.ts';
import type { Credential, Credentials } from './credentials.ts';
import { findProgram } from './find-program.ts';
import { allowsPlugin } from './plugin-policy.ts';
import type { PluginPolicy } from './plugin-policy.ts';
import { runPlugin } from './run-plugin.ts';

/** The maximum length of a program's path in messages. */
const COMMAND_LIMIT = 200;

/** An installation hint may have any length; this much is shown. */
const HINT_LIMIT = 400;

export type PluginWorld = Pick<World, 'env' | 'now' | 'platform' | 'signalGroup' | 'stdin' | 'stderr'>;

export interface PluginOptions {
  policy: PluginPolicy | undefined;
  /** Whether the user is not watching: then the plugin must not interact, and its stderr is dropped. */
  background: boolean;
}

/** A run of the program, shared by the requests that wait for it. */
interface Run {
  result: Promise<{ credential: Credential; expires: number }>;
  /** Requests that wait for it; when the last one gives up, it is stopped. */
  waiters: number;
  stop: AbortController;
}

/**
 * Credentials from a program that the kubeconfig names, kept until they expire or the server refuses them.
 *
 * Source: Kubernetes docs, "client-go credential plugins" (client.authentication.k8s.io/v1).
 */
export class ExecPlugin implements Credentials {
  readonly #settings: ExecSettings;
  readonly #world: PluginWorld;
  readonly #options: PluginOptions;
  #current: Run | undefined;
  #last: Credential | undefined;
  #running = 0;
  readonly #closing = new AbortController();

  constructor(settings: ExecSettings, world: PluginWorld, options: PluginOptions) {
    this.#settings = settings;
    this.#world = world;
    this.#options = options;
  }

  async get(signal?: AbortSignal): Promise<Credential> {
    if (this.#current !== undefined) {
      const { credential, expires } = await this.#join(this.#current, signal);
      if (expires > this.#world.now()) return credential;
    }
    const { credential } = await this.#join(this.#begin(), signal);
    this.#last = credential;
    return credential;
  }

  refused(credential: Credential): boolean {
    if (credential.authorization === this.#last?.authorization) this.#current = undefined;
    return true;
  }

  running(): string | undefined {
    return this.#running > 0 ? sanitiseShort(this.#settings.command, COMMAND_LIMIT) : undefined;
  }

  close(): void {
    this.#closing.abort(new Error('the client was closed'));
  }

  #begin(): Run {
    const stop = new AbortController();
    const result = this.#run(AbortSignal.any([stop.signal, this.#closing.signal]));
    const run = { result, waiters: 0, stop };
    this.#current = run;
    result.catch(() => {
      if (this.#current === run) this.#current = undefined;
    });
    return run;
  }

  async #join(run: Run, signal: AbortSignal | undefined): Promise<Awaited<Run['result']>> {
    run.waiters += 1;
    try {
      return await abortable(run.result, signal);
    } finally {
      run.waiters -= 1;
      if (run.waiters === 0 && signal?.aborted === true) run.stop.abort(signal.reason);
    }
  }

  async #run(signal: AbortSignal): Promise<{ credential: Credential; expires: number }> {
    const { command, apiVersion, interactiveMode, cluster } = this.#settings;
    const name = nameOf(command);
    const file = this.#find(name);
    const terminal = this.#world.stdin.isTTY === true && !this.#options.background;
    if (interactiveMode === 'Always' && !terminal) {
      throw new DbgError(
        'configuration',
        'PluginNeedsTerminal',
        `${name} needs a terminal on standard input`,
        { command },
      );
    }
    const interactive = interactiveMode !== 'Never' && terminal;
    this.#running += 1;
    const result = await runPlugin({
      file,
      settings: this.#settings,
      info: {
        kind: 'ExecCredential',
        apiVersion,
        spec: { ...(cluster === undefined ? {} : { cluster }), interactive },
      },
      interactive,
      world: this.#world,
      showErrors: !this.#options.background,
      signal,
    }).finally(() => (this.#running -= 1));
    switch (result.kind) {
      case 'missing':
        throw this.#missing(name);
      case 'failed':
        throw new DbgError(
          'configuration',
          'PluginFailed',
          `${name} ${result.how}`,
          { command, how: result.how },
          { cause: result.cause },
        );
      case 'output':
        return readCredential(result.text, apiVersion, command);
    }
  }

  /** The file that is checked and started: one lookup for both, before the kubeconfig's variables apply. */
  #find(name: string): string {
    const { command } = this.#settings;
    const found = findProgram(command, this.#world);
    const lookUp = (entry: string) => {
      const program = findProgram(entry, this.#world);
      return program.kind === 'missing' ? undefined : program.file;
    };
    const file = found.kind === 'missing' ? command : found.file;
    const isAllowed =
      found.kind === 'missing'
        ? allowsPlugin(this.#options.policy, command, (entry) => entry)
        : allowsPlugin(this.#options.policy, file, lookUp);
    if (!isAllowed) {
      throw new DbgError(
        'configuration',
        'PluginNotAllowed',
        `${name} is not allowed by the policy of your kuberc`,
        { command },
      );
    }
    if (found.kind === 'missing') throw this.#missing(name);
    if (found.kind === 'script') {
      throw new DbgError(
        'configuration',
        'PluginIsBatchFile',
        `${name} is a batch file, which can't be started safely`,
        { command },
      );
    }
    return file;
  }

  #missing(name: string): DbgError {
    const { command, installHint } = this.#settings;
    const hint = installHint?.trim();
    return new DbgError('configuration', 'PluginNotFound', `${name} is not installed`, {
      command,
      ...(hint ? { hint: sanitiseShort(hint, HINT_LIMIT) } : {}),
    });
  }
}

function nameOf(command: string): string {
  return `the credential plugin ${sanitise(command)}`;
}

/** A credential has about a dozen values. */
const CREDENTIAL_LIMITS = { depth: 20, values: 1000 };

/** Parses the plugin's output. Its text is never quoted, because it contains the secret. */
export function readCredential(
  text: string,
  apiVersion: string,
  command: string,
): { credential: Credential; expires: number } {
  const fail = (problem: string) =>
    new DbgError('configuration', 'PluginAnswerInvalid', `${nameOf(command)} ${problem}`, {
      command,
      problem,
    });
  let answer: unknown;
  try {
    if (exceededLimit(text, CREDENTIAL_LIMITS) !== undefined) throw new Error('not a credential');
    answer = JSON.parse(text);
  } catch {
    throw fail('did not print JSON');
  }
  if (!is(map, answer) || answer['kind'] !== 'ExecCredential') throw fail('did not print an ExecCredential');
  if (answer['apiVersion'] !== apiVersion) {
    throw fail(`printed an ExecCredential with a version other than ${apiVersion}`);
  }
  const status = answer['status'];
  if (!is(map, status)) throw fail('printed an ExecCredential without a status');
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
