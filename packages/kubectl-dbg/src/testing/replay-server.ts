import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { startApiServer } from './api-server.ts';
import type { AnyRequest, AnyResponse, ApiServer } from './api-server.ts';
import { bytesOf, messageOf } from './recording.ts';
import type { RecordedStep, RecordedWebSocket, Recording } from './recording.ts';
import { Pacer } from './pacer.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import type { CleanUp } from './temporary-directory.ts';

export interface ReplayOptions {
  /** Real time per recorded time; default 0: at once, in the recorded order. */
  speed?: number;
}

/** A server that responds like the recorded one. */
export interface ReplayServer extends ApiServer {
  /** Requests without a matching step; a test expects none. */
  readonly unmatched: string[];
}

/**
 * Serves the responses of a recording. A request matches the first unused step with its method and path, or else the last
 * such step again (for a repeated GET). Of the query only `watch` matters: clients differ in the rest. A WebSocket's frames
 * are sent in order, each after the client has sent what preceded it in the recording.
 */
export async function startReplayServer(
  test: CleanUp,
  recording: Recording,
  options: ReplayOptions = {},
): Promise<ReplayServer> {
  const speed = options.speed ?? 0;
  const steps = new Steps(recording.steps);
  const unmatched: string[] = [];
  const missing = (request: AnyRequest) => {
    unmatched.push(`${request.method} ${request.url}`);
  };
  const server = await startApiServer(test, {
    answer(request, response) {
      const step = steps.take(request.method ?? '', request.url ?? '', false);
      if (step === undefined) {
        missing(request);
        response.writeHead(404, { 'content-type': 'text/plain' });
        response.end('not in the recording');
        return;
      }
      answer(step, response, new Pacer(speed)).catch(() => response.destroy());
    },
    upgrade(request, socket, head) {
      // Traffic over SPDY, a client's second choice, was not recorded.
      if (request.method !== 'GET')
        return refuseUpgrade(socket, { status: 405, body: 'not in the recording' });
      const step = steps.take('GET', request.url ?? '', true);
      if (step === undefined) missing(request);
      const recorded = step?.response.websocket;
      if (step === undefined || recorded === undefined) {
        refuseUpgrade(socket, step?.response ?? { status: 404, body: 'not in the recording' });
        return;
      }
      acceptAs(recorded, request, socket, head, (accepted) => {
        play(recorded, step, accepted, new Pacer(speed)).catch(() => accepted.terminate());
      });
    },
  });
  return Object.assign(server, { unmatched });
}

/** Finds the step that matches a request. */
class Steps {
  readonly #steps: readonly RecordedStep[];
  readonly #used = new Set<RecordedStep>();

  constructor(steps: readonly RecordedStep[]) {
    this.#steps = steps;
  }

  take(method: string, url: string, upgrade: boolean): RecordedStep | undefined {
    const wanted = keyOf(method, url, upgrade);
    const matching = this.#steps.filter(
      (step) => keyOf(step.request.method, step.request.path, isUpgrade(step)) === wanted,
    );
    const next = matching.find((step) => !this.#used.has(step)) ?? matching.at(-1);
    if (next !== undefined) this.#used.add(next);
    return next;
  }
}

function keyOf(method: string, url: string, upgrade: boolean): string {
  const { pathname, searchParams } = new URL(url, 'http://replay');
  // As in the API server: any value but these is true.
  const isWatch = !['false', '0', null].includes(searchParams.get('watch'));
  const kind = upgrade ? 'upgrade' : isWatch ? 'watch' : 'plain';
  return `${kind} ${method} ${pathname}`;
}

/** Whether a step requests a WebSocket as in RFC 6455 (some recordings request other protocols). */
export function isUpgrade(step: RecordedStep): boolean {
  const headers = new Headers(step.request.headers);
  return headers.get('upgrade') === 'websocket' && headers.get('sec-websocket-version') === '13';
}

async function answer(step: RecordedStep, response: AnyResponse, pacer: Pacer): Promise<void> {
  const { response: recorded } = step;
  const { status, headers = {}, body, events, chunks } = recorded;
  // Lengths are those of the recorded bytes, which reformatted JSON may not have.
  const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...kept } = headers;
  response.writeHead(status, kept);
  for (const { at_ms, type, object } of events ?? []) {
    await pacer.until(at_ms - step.at_ms);
    response.write(`${JSON.stringify({ type, object })}\n`);
  }
  for (const { at_ms, data } of chunks ?? []) {
    await pacer.until(at_ms - step.at_ms);
    response.write(bytesOf(data));
  }
  // A stream that the recorded client closed stays open until this client closes it.
  if ((events !== undefined || chunks !== undefined) && step.closedBy !== 'server') return;
  if (body === undefined) response.end();
  else response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function acceptAs(
  recorded: RecordedWebSocket,
  request: IncomingMessage,
  socket: Parameters<typeof refuseUpgrade>[0],
  head: Buffer,
  accepted: (webSocket: WebSocket) => void,
): void {
  import('ws')
    .then(({ WebSocketServer }) => {
      const server = new WebSocketServer({
        noServer: true,
        perMessageDeflate: false,
        handleProtocols: () => recorded.subprotocolAccepted || false,
      });
      server.handleUpgrade(request, socket, head, accepted);
    })
    .catch(() => socket.destroy());
}

/** Plays the server's side of a WebSocket. */
async function play(
  recorded: RecordedWebSocket,
  step: RecordedStep,
  socket: WebSocket,
  pacer: Pacer,
): Promise<void> {
  const heard = new Received(socket);
  for (const frame of recorded.frames ?? []) {
    if (frame.dir === 'send') {
      if (frame.opcode === 'close') await heard.closed;
      else if (frame.opcode === undefined || frame.opcode === 'text') await heard.message(messageOf(frame));
      continue;
    }
    await pacer.until(frame.at_ms - step.at_ms);
    if (frame.opcode === 'close') socket.close(frame.code, bytesOf(frame.data));
    else if (frame.opcode === 'ping') socket.ping();
    else if (frame.opcode === 'text') socket.send(bytesOf(frame.data).toString('utf8'));
    else if (frame.opcode === undefined) socket.send(messageOf(frame), { binary: true });
  }
  if (recorded.closedBy === 'server' && recorded.closeCode === 1006) socket.terminate();
}

/** The data that a client has sent, by channel: how it is split into messages is chance. */
class Received {
  readonly closed: Promise<void>;
  readonly #bytes = new Map<number, number>();
  #wanted: { channel: number; total: number; resolve: () => void } | undefined;
  readonly #expected = new Map<number, number>();

  constructor(socket: WebSocket) {
    this.closed = new Promise((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.on('message', (data: Buffer) => {
      const channel = data[0];
      if (channel === undefined) return;
      // The end of a channel (255) has one byte of data, so it is counted like any other.
      this.#bytes.set(channel, (this.#bytes.get(channel) ?? 0) + data.length - 1);
      this.#check();
    });
  }

  /** Resolves when the client has sent as many bytes on the channel as in the recording. */
  async message(message: Buffer): Promise<void> {
    const channel = message[0];
    if (channel === undefined || message.length === 1) return;
    const total = (this.#expected.get(channel) ?? 0) + message.length - 1;
    this.#expected.set(channel, total);
    const came = new Promise<void>((resolve) => {
      this.#wanted = { channel, total, resolve };
    });
    this.#check();
    await Promise.race([came, this.closed]);
  }

  #check(): void {
    const wanted = this.#wanted;
    if (wanted === undefined || (this.#bytes.get(wanted.channel) ?? 0) < wanted.total) return;
    this.#wanted = undefined;
    wanted.resolve();
  }
}
