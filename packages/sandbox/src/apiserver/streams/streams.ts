import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { KubeletError, type NodeAgent } from '../node-agent.ts';
import type { RemoteProcess, StreamOptions } from '../../cri/remote-process.ts';
import type { ApiContext } from '../api-context.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, forbidden, internalError } from '../../machinery/errors.ts';
import type { Exchange, Upgrade } from '../exchange.ts';
import { isTrue } from '../routing/request-info.ts';
import { readNamed } from '../read/read-handler.ts';
import type { RemoteCommandOptions } from './command-status.ts';
import { chooseContainer } from './container-choice.ts';
import { runRemoteCommand } from './remote-command.ts';
import { serveSpdyCommand } from './spdy/serve-command.ts';
import { type Connect, servePortForward, serveTunnelledPortForward } from './spdy/serve-port-forward.ts';
import { offersTunnel } from './spdy/tunnel.ts';
import { forwardedPorts, runWebSocketPortForward } from './websocket-port-forward.ts';
import { acceptWebSocket, checkHandshake } from './websocket.ts';

/** Serves attach, exec and portforward, which require an upgrade. */
export async function serveStream(exchange: Exchange, api: ApiContext, resource: Resource): Promise<void> {
  const { info, upgrade } = exchange;
  api.hooks.onAdmission?.(exchange, info.name);
  requireCreate(exchange, api, resource);
  const pod = readNamed(exchange, api, resource) as unknown as Pod;
  if (info.subresource === 'portforward') {
    requireNode(pod);
    await forwardPorts(exchange, api, requireUpgrade(upgrade));
    return;
  }
  const container = chooseContainer(pod, exchange.query.get('container') ?? '');
  requireNode(pod);
  const accepted = requireUpgrade(upgrade);
  const streams = readStreams(exchange.query);
  if (!streams.stdin && !streams.stdout && !streams.stderr) {
    exchange.text(400, 'you must specify at least 1 of stdin, stdout, stderr');
    return;
  }
  const command = exchange.query.getAll('command');
  const endsWithStdin = info.subresource === 'attach' && !hasStdinOnce(pod, container);
  const options = { streams, command, endsWithStdin };
  const startProcess = () => start(nodeOf(api), exchange, container, command, streams);
  if (accepted.protocol === 'spdy') {
    await serveSpdyCommand(exchange, accepted.upgrade, startProcess, options);
  } else await serveWebSocket(exchange, api, accepted.upgrade, startProcess, options);
}

/** A WebSocket upgrade is a GET, but needs the right to create, like the POST of SPDY. */
function requireCreate({ info, user }: Exchange, api: ApiContext, resource: Resource): void {
  if (info.verb === 'create') return;
  const { allowed, reason } = api.authorize(user, { ...info, verb: 'create' });
  if (!allowed) throw forbidden(resource, info.name, reason);
}

async function serveWebSocket(
  exchange: Exchange,
  api: ApiContext,
  upgrade: Upgrade,
  startProcess: () => Promise<RemoteProcess>,
  options: Omit<RemoteCommandOptions, 'subprotocol'>,
): Promise<void> {
  let process: RemoteProcess;
  try {
    process = await startProcess();
  } catch (error) {
    if (!(error instanceof KubeletError)) throw error;
    exchange.text(error.status, error.message);
    return;
  }
  if (!checkHandshake(upgrade)) {
    process.detach();
    return;
  }
  const { socket, subprotocol } = await acceptWebSocket(upgrade);
  api.hooks.onWebSocket?.(socket, exchange);
  await runRemoteCommand(socket, process, { ...options, subprotocol });
}

function nodeOf(api: ApiContext): NodeAgent {
  if (api.node === undefined) throw internalError('no kubelet is connected');
  return api.node;
}

function start(
  node: NodeAgent,
  { info }: Exchange,
  container: string,
  command: readonly string[],
  streams: StreamOptions,
): Promise<RemoteProcess> {
  const { namespace, name } = info;
  return info.subresource === 'exec'
    ? node.exec(namespace, name, container, command, streams)
    : node.attach(namespace, name, container, streams);
}

async function forwardPorts(
  exchange: Exchange,
  api: ApiContext,
  { protocol, upgrade }: Accepted,
): Promise<void> {
  const { namespace, name } = exchange.info;
  const connect: Connect = async (port) => {
    try {
      return await nodeOf(api).portForward(namespace, name, port);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`error forwarding port ${port} to pod ${name}, uid : ${why}`, { cause: error });
    }
  };
  if (protocol === 'spdy') {
    await servePortForward(exchange, upgrade, connect);
    return;
  }
  if (offersTunnel(upgrade)) {
    await serveTunnelledPortForward(upgrade, connect);
    return;
  }
  const ports = forwardedPorts(exchange.query);
  if (ports === undefined) {
    exchange.text(400, `unable to parse "${exchange.query.getAll('ports').join(',')}" as a port`);
  } else if (ports.length === 0) exchange.text(400, 'query parameter "port" is required');
  else if (checkHandshake(upgrade)) {
    const { socket } = await acceptWebSocket(upgrade);
    await runWebSocketPortForward(socket, ports, connect);
  }
}

interface Accepted {
  protocol: 'websocket' | 'spdy';
  upgrade: Upgrade;
}

function requireUpgrade(upgrade: Upgrade | undefined): Accepted {
  const protocol = upgrade?.request.headers.upgrade?.toLowerCase();
  if (upgrade !== undefined && protocol === 'websocket') return { protocol, upgrade };
  if (upgrade !== undefined && protocol === 'spdy/3.1') return { protocol: 'spdy', upgrade };
  throw badRequest('Upgrade request required');
}

function requireNode(pod: Pod): void {
  if ((pod.spec?.nodeName ?? '') === '') {
    throw badRequest(`pod ${pod.metadata?.name ?? ''} does not have a host assigned`);
  }
}

function readStreams(query: URLSearchParams): StreamOptions {
  const tty = isTrue(query.get('tty'));
  return {
    stdin: isTrue(query.get('stdin')),
    stdout: isTrue(query.get('stdout')),
    // A terminal has only one output: the kubelet drops stderr if both are requested.
    stderr: isTrue(query.get('stderr')) && !tty,
    tty,
  };
}

function hasStdinOnce({ spec }: Pod, name: string): boolean {
  const all = [
    ...(spec?.containers ?? []),
    ...(spec?.initContainers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  return all.find((container) => container.name === name)?.stdinOnce === true;
}
