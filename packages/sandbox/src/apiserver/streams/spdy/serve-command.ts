import { V1 } from 'kubectl-dbg-wire';
import { KubeletError } from '../../node-agent.ts';
import type { RemoteProcess, StreamOptions } from '../../../cri/remote-process.ts';
import type { Exchange, Upgrade } from '../../exchange.ts';
import type { RemoteCommandOptions } from '../command-status.ts';
import { ExpectedStreams } from './expect-streams.ts';
import { acceptSpdy, COMMAND_PROTOCOLS, negotiateProtocol } from './handshake.ts';
import { SpdyConnection } from './spdy-connection.ts';
import { runSpdyCommand } from './stream-command.ts';

/** Protocols without terminal resizing. */
const WITHOUT_RESIZE: readonly string[] = ['v2.channel.k8s.io', V1];

/** Serves attach or exec over SPDY/3.1; `start` is called after the protocol is negotiated. */
export async function serveSpdyCommand(
  exchange: Exchange,
  upgrade: Upgrade,
  start: () => Promise<RemoteProcess>,
  options: Omit<RemoteCommandOptions, 'subprotocol'>,
): Promise<void> {
  const protocol = negotiateProtocol(exchange, upgrade, COMMAND_PROTOCOLS);
  if (protocol === undefined) return;
  let process: RemoteProcess;
  try {
    process = await start();
  } catch (error) {
    if (!(error instanceof KubeletError)) throw error;
    exchange.text(error.status, error.message);
    return;
  }
  const expected = new ExpectedStreams(streamTypes(options.streams, protocol));
  const socket = acceptSpdy(upgrade, protocol);
  const connection = new SpdyConnection(socket, upgrade.head, (stream) => expected.add(stream));
  void connection.closed.then(() => expected.giveUp());
  const streams = await expected.complete;
  if (streams === undefined) {
    process.detach();
    connection.close();
    return;
  }
  await runSpdyCommand(connection, streams, process, { ...options, subprotocol: protocol });
}

function streamTypes({ stdin, stdout, stderr, tty }: StreamOptions, protocol: string): string[] {
  return [
    'error',
    ...(stdin ? ['stdin'] : []),
    ...(stdout ? ['stdout'] : []),
    ...(stderr ? ['stderr'] : []),
    ...(tty && !WITHOUT_RESIZE.includes(protocol) ? ['resize'] : []),
  ];
}
