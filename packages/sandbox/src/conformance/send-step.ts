import type { IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './answer.ts';
import type { Client } from './client.ts';
import { holds, valueAt } from './paths.ts';
import { endOf, type Step, type WatchEvent } from './recording.ts';
import { headOf, parseJson } from './send-step-head.ts';
import { runWebSocket } from './websocket-step.ts';

/** Between two looks of a step that is repeated until something holds. */
const POLL_MS = 50;
/** How much longer than on the real server something may take before the step fails. */
const PATIENCE_FACTOR = 2;
const PATIENCE_MS = 20_000;

/** A step on its way: when its answer has begun, and all of it. */
export interface SentStep {
  opened: Promise<void>;
  done: Promise<Answer>;
}

/** Sends one step. `started_ms` is how long before its own `at_ms` a repeated step began. */
export function sendStep(
  client: Client,
  step: Step,
  answers: readonly (Answer | undefined)[],
  began_ms: number,
): SentStep {
  let opened!: () => void;
  const untilOpened = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const limit = patience(step, began_ms);
  const done = carryOut(client, substitute(step, answers), limit, opened)
    .catch((error: unknown): Answer => ({ status: 0, headers: {}, problem: String(error) }))
    .finally(opened);
  return { opened: untilOpened, done };
}

function patience(step: Step, began_ms: number): number {
  const took = (endOf(step) ?? step.at_ms) - Math.min(began_ms, step.at_ms);
  return took * PATIENCE_FACTOR + PATIENCE_MS;
}

/** Puts values of our own answers in the place of those that the recorded request took from earlier answers. */
function substitute(step: Step, answers: readonly (Answer | undefined)[]): Step {
  let text = JSON.stringify(step.request);
  for (const { value, step: index, path } of step.uses ?? []) {
    const own = valueAt(answers[index]?.body, path);
    if (own === undefined || own === null) continue;
    text = text.replaceAll(value, JSON.stringify(String(own)).slice(1, -1));
  }
  const request = JSON.parse(text) as Step['request'];
  // The one header whose value is always an earlier answer's.
  const etag = answers.findLast((answer) => answer?.headers['etag'] !== undefined)?.headers['etag'];
  if (request.headers?.['If-None-Match'] !== undefined && typeof etag === 'string') {
    request.headers['If-None-Match'] = etag;
  }
  return { ...step, request };
}

async function carryOut(client: Client, step: Step, limit: number, opened: () => void): Promise<Answer> {
  if (step.response.websocket !== undefined || isUpgrade(step)) {
    return runWebSocket(client, step, limit, opened);
  }
  if (step.response.events !== undefined || step.response.chunks !== undefined || endOf(step) !== undefined) {
    return readStream(client, step, limit, opened);
  }
  return step.until === undefined ? readOnce(client, step, limit) : poll(client, step, limit);
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
  const response = await open(client, step, AbortSignal.timeout(limit));
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return { ...headOf(response), ...(text === '' ? {} : { body: parse(text, response) }) };
}

async function readStream(client: Client, step: Step, limit: number, opened: () => void): Promise<Answer> {
  const closer = new AbortController();
  const timeout = setTimeout(() => closer.abort(), limit);
  const closedByClient = step.closedBy === 'client' && step.until === undefined;
  let text = '';
  let head: Pick<Answer, 'status' | 'headers'> = { status: 0, headers: {} };
  let met = step.until === undefined;
  try {
    const response = await open(client, step, closer.signal);
    head = headOf(response);
    opened();
    if (closedByClient) setTimeout(() => closer.abort(), (endOf(step) ?? 0) - step.at_ms);
    const events = new EventReader();
    const decoder = new TextDecoder();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const piece = decoder.decode(chunk, { stream: true });
      text += piece;
      for (const event of events.read(piece)) met ||= meets(step, event);
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

/** Cuts a stream of JSON lines into events. */
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

function parse(text: string, response: IncomingMessage): unknown {
  const type = response.headers['content-type'] ?? '';
  return type.includes('json') ? parseJson(text) : text;
}
