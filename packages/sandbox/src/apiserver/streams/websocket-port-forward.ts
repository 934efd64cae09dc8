import type { Duplex } from 'node:stream';
import { decodeFrame, encodeFrame } from 'kubectl-dbg-wire';
import type { RawData, WebSocket } from 'ws';

/** Opens a connection to a port of the pod. */
type Connect = (port: number) => Promise<Duplex>;

const NORMAL_CLOSURE = 1000;
const MAX_PORT = 65_535;

/** The ports of a query such as `ports=8080&ports=8081` or `ports=8080,8081`; undefined if one is invalid. */
export function forwardedPorts(query: URLSearchParams): number[] | undefined {
  const ports = query.getAll('ports').flatMap((value) => value.split(',').map(Number));
  return ports.every((port) => Number.isInteger(port) && port >= 1 && port <= MAX_PORT) ? ports : undefined;
}

/**
 * Forwards ports over a WebSocket with the older protocol, without a SPDY tunnel: each port has a data and an error channel,
 * in the order of the query, and one connection. Both channels start with the port's number.
 */
export async function runWebSocketPortForward(
  socket: WebSocket,
  ports: readonly number[],
  connect: Connect,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  socket.on('error', () => socket.terminate());
  const connections = new Map<number, Promise<Duplex | undefined>>();
  socket.on('message', (message, isBinary) => {
    if (isBinary) void receive(message, connections);
  });
  let left = ports.length;
  const over = (): void => {
    left -= 1;
    if (left === 0) socket.close(NORMAL_CLOSURE);
  };
  for (const [position, port] of ports.entries()) {
    const channel = position * 2;
    send(socket, channel, portNumber(port));
    send(socket, channel + 1, portNumber(port));
    connections.set(
      channel,
      open(socket, channel, () => connect(port), over),
    );
  }
  await closed;
  for (const connection of connections.values()) (await connection)?.destroy();
}

/** Connects to a port and forwards its data to the client with back-pressure; calls `over` at the end. */
async function open(
  socket: WebSocket,
  channel: number,
  connect: () => Promise<Duplex>,
  over: () => void,
): Promise<Duplex | undefined> {
  let connection: Duplex;
  try {
    connection = await connect();
  } catch (error) {
    const message = Buffer.from(error instanceof Error ? error.message : String(error));
    send(socket, channel + 1, message, over);
    return undefined;
  }
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    connection.pause();
    send(socket, channel, chunk, () => connection.resume());
  });
  connection.once('close', over);
  return connection;
}

async function receive(
  message: RawData,
  connections: ReadonlyMap<number, Promise<Duplex | undefined>>,
): Promise<void> {
  const frame = decodeFrame(Buffer.from(message as ArrayBuffer), false);
  if (frame.kind !== 'data') return;
  const connection = await connections.get(frame.channel);
  if (connection?.writable === true) connection.write(frame.data);
}

function send(socket: WebSocket, channel: number, data: Buffer, sent?: () => void): void {
  if (socket.readyState === socket.OPEN) socket.send(encodeFrame(channel, data), sent);
  else sent?.();
}

function portNumber(port: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(port);
  return bytes;
}
