import { abortable } from '../abortable.ts';
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
    throw await refusal(response, { method: 'GET', path: target });
  }
}

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
