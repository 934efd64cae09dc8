import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeProtobuf, PROTOBUF_MEDIA_TYPE } from '../src/apiserver/codecs/protobuf/index.ts';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { compareStep } from './compare.ts';
import { holds } from './paths.ts';
import { endOf, type Recording, type Step, type WatchEvent } from './recording.ts';
import { headOf, parseJson } from './send-step-head.ts';
import { substitute } from './substitute.ts';
import { runWebSocket } from './websocket-step.ts';

/** Interval for a step that is repeated until a condition holds. */
const POLL_MS = 50;
/** A step fails after this multiple of the time on the real server. */
const PATIENCE_FACTOR = 2;
const PATIENCE_MS = 20_000;
/** Time limit for a state to become the recorded one: the kubelet retries after 10 to 15 s. */
const SETTLE_MS = 16_000;
const SETTLE_POLL_MS = 250;

/** A step in progress: its response headers, and the whole response. */
export interface SentStep {
  opened: Promise<void>;
  done: Promise<Answer>;
  /** For a watch: the events so far. */
  events: WatchEvent[];
  /** For any stream: the number of bytes so far. */
  received: { bytes: number };
  /** Closes a stream that the recorded client closed. */
  close(): void;
}

/** Sends one step. Its time limit is a multiple of the time it took in the recording from `began_ms`. */
export function sendStep(
  client: Client,
  recording: Recording,
  index: number,
  answers: readonly (Answer | undefined)[],
  began_ms: number,
): SentStep {
  const step = substitute(recording, index, answers);
  let opened!: () => void;
  const untilOpened = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const closer = new AbortController();
  const events: WatchEvent[] = [];
  const received = { bytes: 0 };
  const done = carryOut({ client, step, limit: patience(step, began_ms), opened, closer, events, received })
    .catch((error: unknown): Answer => ({ status: 0, headers: {}, problem: String(error) }))
    .finally(opened);
  return { opened: untilOpened, done, events, received, close: () => closer.abort() };
}

/** A step in progress. */
interface Sending {
  client: Client;
  step: Step;
  /** Time limit in ms. */
  limit: number;
  opened: () => void;
  closer: AbortController;
  events: WatchEvent[];
  received: { bytes: number };
}

function patience(step: Step, began_ms: number): number {
  const took = (endOf(step) ?? step.at_ms) - Math.min(began_ms, step.at_ms);
  return took * PATIENCE_FACTOR + PATIENCE_MS;
}

async function carryOut(sending: Sending): Promise<Answer> {
  const { client, step, limit, opened } = sending;
  if (step.response.websocket !== undefined || isUpgrade(step)) {
    return runWebSocket(client, step, limit, opened);
  }
  if (step.response.events !== undefined || step.response.chunks !== undefined || endOf(step) !== undefined) {
    return readStream(sending);
  }
  if (step.until !== undefined) return poll(client, step, limit);
  return isStateRead(step) ? readSettled(client, step, limit) : readOnce(client, step, limit);
}

/** Whether a step reads objects whose state is set by controllers or the kubelet, possibly a moment later. */
function isStateRead({ request, response }: Step): boolean {
  return (
    request.method === 'GET' &&
    response.status === 200 &&
    typeof response.body === 'object' &&
    response.body !== null
  );
}

/** Reads until the response is the recorded one: on a busy machine a state may be reached a moment later. */
async function readSettled(client: Client, step: Step, limit: number): Promise<Answer> {
  const end = Date.now() + SETTLE_MS;
  for (;;) {
    const answer = await readOnce(client, step, limit);
    if (compareStep(step, answer, false) === undefined || Date.now() > end) return answer;
    await wait(SETTLE_POLL_MS);
  }
}

function isUpgrade({ request }: Step): boolean {
  return request.headers?.['Upgrade']?.toLowerCase() === 'websocket';
}

async function poll(client: Client, step: Step, limit: number): Promise<Answer> {
  const end = Date.now() + limit;
  for (;;) {
    const answer = await readOnce(client, step, limit);
    if (holds(step.until ?? [], { object: answer.body, status: answer.status })) return answer;
    if (Date.now() > end) return { ...answer, problem: `never held: ${JSON.stringify(step.until)}` };
    await wait(POLL_MS);
  }
}

async function open(client: Client, { as, request }: Step, signal: AbortSignal): Promise<IncomingMessage> {
  return client.open({
    user: as,
    method: request.method,
    path: request.path,
    headers: request.headers ?? {},
    body: encodeBody(request.body),
    signal,
  });
}

function encodeBody(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  const { base64 } = body as { base64?: unknown };
  if (typeof base64 === 'string' && Object.keys(body as object).length === 1)
    return Buffer.from(base64, 'base64');
  return Buffer.from(JSON.stringify(body));
}

async function readOnce(client: Client, step: Step, limit: number): Promise<Answer> {
  const sent = Date.now();
  const response = await open(client, step, AbortSignal.timeout(limit));
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const moments: Answer['moments'] = [sent, Date.now()];
  return { ...headOf(response), moments, ...(body.length === 0 ? {} : { body: parse(body, response) }) };
}

async function readStream(sending: Sending): Promise<Answer> {
  const { client, step, limit, opened, closer, events: live, received } = sending;
  const timeout = setTimeout(() => closer.abort(), limit);
  let text = '';
  let head: Pick<Answer, 'status' | 'headers'> = { status: 0, headers: {} };
  let met = step.until === undefined;
  try {
    const response = await open(client, step, closer.signal);
    head = headOf(response);
    opened();
    const reader = new EventReader();
    const decoder = new TextDecoder();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const piece = decoder.decode(chunk, { stream: true });
      text += piece;
      received.bytes += chunk.length;
      for (const event of reader.read(piece)) {
        live.push(event);
        met ||= meets(step, event);
      }
      if (met && step.until !== undefined) closer.abort();
    }
  } catch (error) {
    if (!closer.signal.aborted) throw error;
  } finally {
    clearTimeout(timeout);
  }
  const answer = streamAnswer(step, head, text);
  return met ? answer : { ...answer, problem: `never held: ${JSON.stringify(step.until)}` };
}

function meets({ until = [] }: Step, { type, object }: WatchEvent): boolean {
  return holds(until, { object, ...(type === undefined ? {} : { eventType: type }) });
}

function streamAnswer(step: Step, head: Pick<Answer, 'status' | 'headers'>, text: string): Answer {
  const isWatch = step.response.events !== undefined || /[?&]watch=/.test(step.request.path);
  if (head.status >= 400) return { ...head, body: parseJson(text) };
  if (!isWatch) return { ...head, text };
  return { ...head, events: new EventReader().read(`${text}\n`) };
}

/** Splits a stream of JSON lines into events. */
class EventReader {
  #rest = '';

  read(piece: string): WatchEvent[] {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '').map((line) => toEvent(parseJson(line)));
  }
}

function toEvent(value: unknown): WatchEvent {
  const { type, object } = (value ?? {}) as { type?: unknown; object?: unknown };
  if (typeof type === 'string' && object !== undefined) return { at_ms: 0, type, object };
  return { at_ms: 0, raw: value };
}

function parse(body: Buffer, response: IncomingMessage): unknown {
  const type = response.headers['content-type'] ?? '';
  if (type === PROTOBUF_MEDIA_TYPE) return decodeProtobuf(body);
  const text = body.toString('utf8');
  return type.includes('json') ? parseJson(text) : text;
}
