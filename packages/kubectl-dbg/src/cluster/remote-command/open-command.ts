import { abortable } from '../../base/abortable.ts';
import { DbgError } from '../../model/failure.ts';
import { ApiStatusError } from '../api-status-error.ts';
import type { Credential, Credentials } from '../credentials/credentials.ts';
import { requestTarget } from '../endpoint.ts';
import type { Connector } from '../http/connector.ts';
import { isRedirect, redirectAnswer } from '../http/foreign-answer.ts';
import { identityHeaders } from '../http/headers.ts';
import { type ClientSettings, whoAsked } from '../http/client.ts';
import { refusal } from '../http/refusal.ts';
import { TransportError } from '../http/transport.ts';
import { parseWarnings } from '../http/warning.ts';
import type { RemoteCommand, RemoteCommandOptions } from '../types.ts';
import type { SpareConnection } from './spare-connection.ts';
import { upgrade } from './upgrade.ts';
import type { UpgradeResult } from './upgrade.ts';
import { WebSocketCommand } from './websocket-command.ts';
import { apiPaths } from '../../model/api-paths.ts';

/** What opening needs besides the options. */
export interface CommandContext {
  settings: ClientSettings;
  connector: Connector;
  credentials: Credentials;
  spare: SpareConnection;
}

/**
 * Opens an attach or exec. Throws ApiStatusError for a refusal, DbgError for a failed connection, and the signal's reason
 * when it is aborted.
 */
export async function openCommand(
  context: CommandContext,
  subresource: 'attach' | 'exec',
  options: RemoteCommandOptions,
): Promise<RemoteCommand> {
  const { settings, credentials } = context;
  const target = commandTarget(settings, subresource, options);
  for (let refreshed = false; ; refreshed = true) {
    const credential = await abortable(credentials.get(options.signal), options.signal);
    const began = performance.now();
    let result: UpgradeResult;
    try {
      result = await upgradeOnce(context, target, credential, options.signal);
    } catch (error) {
      // Behind a wrong switch a command may have started; an attach starts nothing, so it may be tried over SPDY.
      const isWrong = error instanceof DbgError && error.is('UpgradeMalformed');
      if (!isWrong || subresource !== 'attach') throw error;
      return await openBySpdy(context, target, credential, options, error);
    }
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
    const who = response.status === 401 ? await whoAsked(settings, credential) : {};
    const refused = await refusal(response, { method: 'GET', path: target, ...who }, settings.now);
    options.signal?.throwIfAborted();
    if (!mayPassSpdy(refused)) throw refused;
    return await openBySpdy(context, target, credential, options, refused);
  }
}

/**
 * A WebSocket begins as a GET and so requires the right to `get` in addition to `create`; many roles have only `create`,
 * which is enough for SPDY, because that begins as a POST. kubectl has the same fallback. Some proxies in front of the
 * API server pass SPDY but no WebSocket.
 */
async function openBySpdy(
  { settings, connector }: CommandContext,
  target: string,
  credential: Credential,
  options: RemoteCommandOptions,
  refused: ApiStatusError | DbgError,
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
    const lacksRight = refused instanceof ApiStatusError && refused.code === FORBIDDEN;
    // Both are refused: the right that the first one lacks is the one to request.
    if (lacksRight && refused.form === 'status' && NO_WAY.has(status)) {
      result.response.discard();
      throw refused;
    }
    const second = await refusal(result.response, { method: 'POST', path: target }, settings.now);
    options.signal?.throwIfAborted();
    // The API server's own message, if either request reached it.
    throw second.form === 'status' || (lacksRight && !NO_WAY.has(status)) ? second : refused;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    // The command of an exec may have started before the connection broke, whatever the first request was answered.
    const mayRun = error.phase === 'answer' && subresourceOf(target) === 'exec';
    throw mayRun ? await explained(error, settings) : refused;
  }
}

/** Whether SPDY may succeed after this refusal of a WebSocket. */
function mayPassSpdy({ code, form, details }: ApiStatusError): boolean {
  if (code === FORBIDDEN || form === 'page' || code < 300) return true;
  // A pod that does not exist fails either way.
  if (form === 'status' && code === 404) return details?.name === undefined;
  return NO_WEBSOCKET.has(code);
}

const FORBIDDEN = 403;
/** Responses to a POST that add nothing to the response to the GET: no right, or no such request. */
const NO_WAY = new Set([401, FORBIDDEN, 405]);
/** Responses behind a proxy that does not support WebSockets, or drops the Upgrade header. */
const NO_WEBSOCKET = new Set([400, 404, 405, 406, 415, 426, 501]);

function commandTarget(
  settings: ClientSettings,
  subresource: 'attach' | 'exec',
  options: RemoteCommandOptions,
): string {
  const { namespace, pod, container, command, stdin, stdout, stderr, tty } = options;
  const { requestTimeout } = settings;
  const path = apiPaths.pod({ namespace, pod }, subresource);
  // As in kubectl: a false parameter is omitted.
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

/** Uses the spare connection; if that was closed in the meantime, a new one. */
async function upgradeOnce(
  context: CommandContext,
  target: string,
  credential: Credential,
  signal: AbortSignal | undefined,
): Promise<UpgradeResult> {
  const { settings, connector, spare } = context;
  const { url } = settings.endpoint;
  const prepared = await spare.take(signal);
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
      // A spare connection that breaks was closed because it was idle. An attach changes nothing, but an exec's command
      // may have started: the retry is allowed only if nothing was received, as `bytesRead` shows.
      const idle =
        connection !== undefined && connection.bytesRead === 0 && subresourceOf(target) === 'attach';
      if (idle) continue;
      throw await explained(error, settings);
    }
  }
}

async function explained(error: TransportError, { endpoint }: ClientSettings): Promise<DbgError> {
  const { explainTransport } = await import('../http/explain-transport.ts');
  return explainTransport(error.cause, endpoint, error.phase);
}

function subresourceOf(target: string): string {
  return /\/(attach|exec)\?/.exec(target)?.[1] ?? '';
}
