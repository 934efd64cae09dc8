import { abortable } from '../abortable.ts';
import type { ApiStatusError } from '../api-status-error.ts';
import type { Credential, Credentials } from '../credentials/credentials.ts';
import { requestTarget } from '../endpoint.ts';
import type { Connector } from '../http/connector.ts';
import { explainTransport } from '../http/explain-transport.ts';
import { isRedirect, redirectAnswer } from '../http/foreign-answer.ts';
import { identityHeaders } from '../http/headers.ts';
import type { ClientSettings } from '../http/client.ts';
import { refusal } from '../http/refusal.ts';
import { TransportError } from '../http/transport.ts';
import { parseWarnings } from '../http/warning.ts';
import type { RemoteCommand, RemoteCommandOptions } from '../types.ts';
import type { SpareConnection } from './spare-connection.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeResult } from './upgrade.ts';
import { WebSocketCommand } from './websocket-command.ts';

/** What opening needs beside the options. */
export interface CommandContext {
  settings: ClientSettings;
  connector: Connector;
  credentials: Credentials;
  spare: SpareConnection;
}

/**
 * Opens an attach or exec. Throws ApiStatusError for a refusal, DbgError for a connection that failed, the signal's
 * reason when aborted.
 */
export async function openCommand(
  context: CommandContext,
  subresource: 'attach' | 'exec',
  options: RemoteCommandOptions,
): Promise<RemoteCommand> {
  const { settings, credentials } = context;
  const target = commandTarget(settings, subresource, options);
  for (let refreshed = false; ; refreshed = true) {
    const credential = await abortable(credentials.get(), options.signal);
    const began = performance.now();
    const result = await upgradeOnce(context, target, credential, options.signal);
    const status = result.kind === 'open' ? 101 : result.response.status;
    const milliseconds = performance.now() - began;
    settings.trace({ kind: 'request', method: 'GET', path: target, status, milliseconds });
    if (result.kind === 'open') {
      return new WebSocketCommand(result.socket, settings.tuning, options.signal);
    }
    const { response } = result;
    if (response.status === 401 && !refreshed && credentials.refused(credential)) {
      response.discard();
      continue;
    }
    for (const text of parseWarnings(response.headers['warning'] ?? '')) settings.warn(text);
    if (isRedirect(response.status)) throw redirectAnswer(settings.endpoint, response);
    const refused = await refusal(response, { method: 'GET', path: target });
    if (response.status !== FORBIDDEN) throw refused;
    return await openBySpdy(context, target, credential, options, refused);
  }
}

/**
 * A WebSocket begins as a GET and so needs the right to `get` beside `create`; many roles have `create` only, which
 * is enough for SPDY: that begins as a POST. kubectl falls back to it in the same way.
 */
async function openBySpdy(
  { settings, connector }: CommandContext,
  target: string,
  credential: Credential,
  options: RemoteCommandOptions,
  refused: ApiStatusError,
): Promise<RemoteCommand> {
  const [{ upgradeToSpdy }, { SpdyCommand }] = await Promise.all([
    import('./spdy-upgrade.ts'),
    import('./spdy-command.ts'),
  ]);
  const { url } = settings.endpoint;
  const began = performance.now();
  try {
    const { socket } = await connector.upgradeConnection(credential, options.signal);
    const result = await upgradeToSpdy({
      target,
      host: url.host,
      headers: identityHeaders(settings, credential),
      connection: socket,
      timeout: settings.tuning.handshakeTimeout,
      signal: options.signal,
    });
    const status = result.kind === 'open' ? 101 : result.response.status;
    const milliseconds = performance.now() - began;
    settings.trace({ kind: 'request', method: 'POST', path: target, status, milliseconds });
    if (result.kind === 'open') return new SpdyCommand(socket, options, settings.tuning, options.signal);
    // Neither way is open: what the first lacks is what to ask for.
    if (NO_WAY.has(status)) throw refused;
    throw await refusal(result.response, { method: 'POST', path: target });
  } catch (error) {
    throw error instanceof TransportError ? refused : error;
  }
}

const FORBIDDEN = 403;
/** Answers to a POST that say no more than the answer to the GET did: no right, or no such request here. */
const NO_WAY = new Set([401, FORBIDDEN, 405]);

function commandTarget(
  settings: ClientSettings,
  subresource: 'attach' | 'exec',
  options: RemoteCommandOptions,
): string {
  const { namespace, pod, container, command, stdin, stdout, stderr, tty } = options;
  const { requestTimeout } = settings;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
  // As kubectl: a parameter that is false is left out.
  const on = (value: boolean) => (value ? true : undefined);
  return requestTarget(settings.endpoint, path, {
    container: container === '' ? undefined : container,
    command: subresource === 'exec' ? command : undefined,
    stdin: on(stdin),
    stdout: on(stdout),
    stderr: on(stderr),
    tty: on(tty),
    timeout: requestTimeout === undefined ? undefined : `${Math.max(1, Math.ceil(requestTimeout / 1000))}s`,
  });
}

/** Uses the spare connection; should that have died meanwhile, a new one. */
async function upgradeOnce(
  context: CommandContext,
  target: string,
  credential: Credential,
  signal: AbortSignal | undefined,
): Promise<UpgradeResult> {
  const { settings, connector, spare } = context;
  const { url } = settings.endpoint;
  const prepared = await abortable(spare.take(), signal);
  for (let connection = prepared; ; connection = undefined) {
    try {
      const socket = connection ?? (await connector.upgradeConnection(credential, signal)).socket;
      return await upgrade({
        url: `${url.protocol === 'https:' ? 'wss' : 'ws'}://${url.host}${target}`,
        headers: identityHeaders(settings, credential),
        connection: socket,
        timeout: settings.tuning.handshakeTimeout,
        signal,
      });
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      // A spare connection that breaks was closed for its idleness. An attach changes nothing and an exec's command may
      // have begun: only a connection that nothing came through is tried again, which `bytesRead` tells.
      const idle =
        connection !== undefined && connection.bytesRead === 0 && subresourceOf(target) === 'attach';
      if (idle) continue;
      throw explainTransport(error.cause, settings.endpoint, error.phase);
    }
  }
}

function subresourceOf(target: string): string {
  return /\/(attach|exec)\?/.exec(target)?.[1] ?? '';
}
