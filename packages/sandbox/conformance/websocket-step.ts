import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import type { Frame, RecordedWebSocket, Step } from './recording.ts';
import { headOf, parseJson } from './send-step-head.ts';

/** How long a message is delayed for output that preceded it on the real server. */
const OUTPUT_PATIENCE_MS = 3000;
const LOOK_MS = 10;
/** How often, and after which pause, what was refused when it was recorded is tried. */
const CRASH_LOOP_TRIES = 10;
const CRASH_LOOP_MS = 300;
/** Length of the nonce of a handshake, RFC 6455. */
const KEY_BYTES = 16;
const DIGIT_ZERO = 0x30;

/** Opens a WebSocket, replays the client's side of the recording and stores what the server sends. */
export async function runWebSocket(
  client: Client,
  step: Step,
  limit: number,
  opened: () => void,
): Promise<Answer> {
  // The client library refuses to offer a protocol name with a slash, which port forwarding has.
  if (step.request.headers?.['Sec-WebSocket-Protocol']?.includes('/') === true) {
    return handshakeOnly(client, step, opened);
  }
  let session = new WebSocketReplay(client, step);
  let refused = await session.open();
  // A container in a crash loop, which did not run when this was recorded, may run for a moment just now.
  const mostTries = step.response.websocket === undefined ? CRASH_LOOP_TRIES : 1;
  for (let tries = 1; refused === undefined && tries < mostTries; tries += 1) {
    session.terminate();
    await wait(CRASH_LOOP_MS);
    session = new WebSocketReplay(client, step);
    refused = await session.open();
  }
  opened();
  if (refused !== undefined) return refused;
  return session.play(limit);
}

async function handshakeOnly(client: Client, { as, request }: Step, opened: () => void): Promise<Answer> {
  const response = await client.open({
    user: as,
    method: request.method,
    path: request.path,
    headers: { ...request.headers, 'Sec-WebSocket-Key': Buffer.alloc(KEY_BYTES).toString('base64') },
    body: undefined,
    signal: AbortSignal.timeout(OUTPUT_PATIENCE_MS),
  });
  opened();
  const head = headOf(response);
  const subprotocol = String(head.headers['sec-websocket-protocol'] ?? '');
  return { ...head, websocket: { subprotocol, frames: [], closeCode: 1006, closedBy: 'client' } };
}

class WebSocketReplay {
  readonly #client: Client;
  readonly #step: Step;
  readonly #recorded: RecordedWebSocket;
  readonly #frames: Frame[] = [];
  #socket!: WebSocket;
  #head: Pick<Answer, 'status' | 'headers'> = { status: 0, headers: {} };
  #subprotocol = '';
  #closeCode: number | undefined;
  #closedByClient = false;

  constructor(client: Client, step: Step) {
    this.#client = client;
    this.#step = step;
    this.#recorded = step.response.websocket ?? {};
  }

  terminate(): void {
    this.#socket.terminate();
  }

  /** Resolves with the response if the upgrade is refused. */
  open(): Promise<Answer | undefined> {
    const { request, as } = this.#step;
    const headers = request.headers ?? {};
    const offered = headers['Sec-WebSocket-Protocol']?.split(',').map((one) => one.trim()) ?? [];
    const url = new URL(request.path, this.#client.target.url.replace('https:', 'wss:'));
    this.#socket = new WebSocket(url, offered, {
      ...this.#client.tls(as),
      headers: { ...this.#client.authorization(as), ...ownHeaders(headers) },
      perMessageDeflate: false,
      finishRequest: (outgoing) => {
        const version = headers['Sec-WebSocket-Version'];
        if (version !== undefined) outgoing.setHeader('Sec-WebSocket-Version', version);
        outgoing.end();
      },
    });
    this.#socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    this.#socket.on('close', (code) => {
      this.#closeCode = code;
    });
    return new Promise((resolve, reject) => {
      this.#socket.once('upgrade', (response: IncomingMessage) => {
        this.#head = headOf(response);
        // A real server sends an empty protocol for "none", which the client library does not accept.
        if (response.headers['sec-websocket-protocol'] === '')
          delete response.headers['sec-websocket-protocol'];
        this.#subprotocol = response.headers['sec-websocket-protocol'] ?? '';
      });
      this.#socket.once('open', () => resolve(undefined));
      this.#socket.once('unexpected-response', (_request, response: IncomingMessage) => {
        void readRefusal(response).then(resolve, reject);
      });
      this.#socket.once('error', reject);
    });
  }

  async play(limit: number): Promise<Answer> {
    this.#socket.on('error', () => this.#socket.terminate());
    const end = Date.now() + limit;
    let anchor = { real: Date.now(), recorded: this.#step.at_ms };
    const before = new Map<number, number>();
    let spoke = this.#step.at_ms;
    for (const frame of this.#recorded.frames ?? []) {
      if (frame.dir === 'recv') count(before, frame);
      else {
        await this.#awaitOutput(before, frame.at_ms - spoke);
        // The pause is measured from the previous frame; what came in between may have taken another time here.
        await wait(Math.max(0, anchor.real + frame.at_ms - anchor.recorded - Date.now()));
        if (this.#closeCode === undefined) this.#send(frame);
      }
      if (frame.dir === 'send') spoke = frame.at_ms;
      anchor = { real: Date.now(), recorded: frame.at_ms };
    }
    // Waits for what the recorded client had received before it closed.
    if (this.#recorded.closedBy === 'client') {
      const { tcpClosed_ms: closed = anchor.recorded } = this.#recorded;
      await this.#awaitOutput(before, closed - spoke);
    }
    await this.#awaitEnd(anchor, end);
    return {
      ...this.#head,
      websocket: {
        subprotocol: this.#subprotocol,
        frames: this.#frames,
        closeCode: this.#closeCode ?? 0,
        closedBy: this.#closedByClient ? 'client' : 'server',
      },
    };
  }

  async #awaitOutput(wanted: ReadonlyMap<number, number>, took: number): Promise<void> {
    const end = Date.now() + took + OUTPUT_PATIENCE_MS;
    const lacking = (): boolean => {
      const own = new Map<number, number>();
      for (const frame of this.#frames) count(own, frame);
      return [...wanted].some(([channel, bytes]) => (own.get(channel) ?? 0) < bytes);
    };
    while (lacking() && this.#closeCode === undefined && Date.now() < end) await wait(LOOK_MS);
  }

  async #awaitEnd(anchor: { real: number; recorded: number }, end: number): Promise<void> {
    const { closedBy, tcpClosed_ms: closed = anchor.recorded } = this.#recorded;
    if (closedBy === 'client' && !this.#closedByClient) {
      await wait(Math.max(0, anchor.real + closed - anchor.recorded - Date.now()));
      this.#closedByClient = true;
      this.#socket.terminate();
    } else if (this.#closedByClient && this.#recorded.closeCode === 1006) {
      await wait(Math.max(0, anchor.real + closed - anchor.recorded - Date.now()));
      this.#socket.terminate();
    }
    while (this.#closeCode === undefined && Date.now() < end) await wait(LOOK_MS);
    if (this.#closeCode === undefined) this.#socket.terminate();
  }

  #send(frame: Frame): void {
    if (frame.opcode === 'close') {
      if (this.#recorded.closedBy === 'client') {
        this.#closedByClient = true;
        this.#socket.close(frame.code);
      }
      return;
    }
    const data = bytesOf(frame);
    if (frame.opcode === 'ping') this.#socket.ping(data);
    else if (frame.opcode === 'text') this.#socket.send(`${frame.channel ?? ''}${data.toString('utf8')}`);
    else if (frame.empty === true) this.#socket.send(Buffer.alloc(0));
    else this.#socket.send(Buffer.concat([Buffer.from([frame.channel ?? 0]), data]));
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const first = data[0];
    if (first === undefined) {
      this.#frames.push({ at_ms: 0, dir: 'recv', empty: true });
      return;
    }
    const channel = isBinary ? first : first - DIGIT_ZERO;
    const text = data.subarray(1).toString('latin1');
    this.#frames.push({
      at_ms: 0,
      dir: 'recv',
      channel,
      data: text,
      ...(isBinary ? {} : { opcode: 'text' }),
    });
  }
}

/** The headers of a request without those of the handshake, which the client library adds. */
function ownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^(?:upgrade|connection|sec-websocket-.*)$/i.test(name)),
  );
}

function count(bytes: Map<number, number>, frame: Frame): void {
  if (frame.channel === undefined || frame.channel === 3) return;
  bytes.set(frame.channel, (bytes.get(frame.channel) ?? 0) + lengthOf(frame));
}

/** Our own frames are latin1 text, one character per byte; recorded ones are UTF-8 text or base64. */
function lengthOf(frame: Frame): number {
  return frame.at_ms === 0 && typeof frame.data === 'string' ? frame.data.length : bytesOf(frame).length;
}

export function bytesOf({ data = '' }: Frame): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data.base64, 'base64');
}

async function readRefusal(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const isJson = (response.headers['content-type'] ?? '').includes('json');
  return { ...headOf(response), ...(text === '' ? {} : { body: isJson ? parseJson(text) : text }) };
}
