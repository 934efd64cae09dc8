import type { ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Exchange } from '../apiserver/exchange.ts';
import { StatusError } from '../machinery/status-error.ts';
import { faultError, proxyPage } from './fault-answer.ts';
import type { FaultRegistry, OpenStream } from './faults.ts';
import type { ConnectionAfter, FaultAction } from './actions.ts';
import { keepConnection, respondHeaders } from './respond.ts';
import type { FaultSubject } from './points.ts';

type Head = [status: number, headers: Record<string, string | string[]>];

const LF = 0x0a;

/**
 * A gate between the handlers and a response: passes the head (point `answer`) and then the body (points `body`, `watch`
 * and `log`), or does what a fault requires instead.
 *
 * The response's own methods are replaced, because handlers, streams and Node's pipes all write to it directly.
 */
export class AnswerGate implements OpenStream {
  readonly point: 'body' | 'watch' | 'log';
  readonly subject: FaultSubject;
  readonly progress = { bytes: 0, events: 0 };
  readonly #faults: FaultRegistry;
  readonly #response: ServerResponse;
  readonly #breakConnection: () => void;
  readonly #write: (chunk: Buffer, done?: () => void) => boolean;
  readonly #end: () => void;
  readonly #writeHead: (...head: Head) => void;
  #unwatch: (() => void) | undefined;
  #unsent = 0;
  #whenSent: (() => void) | undefined;
  /** Nothing more from the handlers passes. */
  closed = false;
  /** Actions that wait for the end of a delay. */
  #held: (() => void)[] | undefined;

  static place(
    exchange: Exchange,
    subject: FaultSubject,
    faults: FaultRegistry,
    breakConnection: () => void,
  ): void {
    const gate = new AnswerGate(exchange, subject, faults, breakConnection);
    exchange.response.once('close', () => gate.#unwatch?.());
  }

  private constructor(
    exchange: Exchange,
    subject: FaultSubject,
    faults: FaultRegistry,
    breakConnection: () => void,
  ) {
    const { response, info } = exchange;
    this.point = info.verb === 'watch' ? 'watch' : info.subresource === 'log' ? 'log' : 'body';
    this.subject = subject;
    this.#faults = faults;
    this.#response = response;
    this.#breakConnection = breakConnection;
    this.#write = response.write.bind(response) as (chunk: Buffer, done?: () => void) => boolean;
    this.#end = response.end.bind(response) as () => void;
    this.#writeHead = response.writeHead.bind(response);
    const flushHeaders = response.flushHeaders.bind(response);
    Object.assign(response, {
      writeHead: (...head: Head) => this.#head(head),
      write: (chunk: Buffer | string) => this.#body(Buffer.from(chunk as string)),
      end: (chunk?: Buffer | string) => this.#finish(chunk),
      flushHeaders: () => this.#pass(flushHeaders),
    });
  }

  inject(action: FaultAction): void {
    switch (action.kind) {
      case 'delay':
        this.#hold(action.milliseconds);
        break;
      case 'break':
        this.#close();
        this.#breakWhenSent();
        break;
      case 'expire':
        this.#close();
        this.#write(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: EXPIRED.toStatus() })}\n`));
        this.#end();
        break;
      case 'end':
        this.#close();
        this.#end();
        break;
      default:
        this.#close();
    }
  }

  #head(head: Head): ServerResponse {
    if (this.closed) return this.#response;
    const action = this.#faults.inject('answer', this.subject);
    if (action?.kind === 'delay') this.#hold(action.milliseconds);
    else if (action !== undefined) this.#replace(action);
    this.#pass(() => {
      this.#writeHead(...head);
      this.#unwatch ??= this.#faults.watch(this);
    });
    return this.#response;
  }

  #replace(action: FaultAction): void {
    this.closed = true;
    if (action.kind === 'break') this.#breakConnection();
    else if (action.kind === 'proxy-page') this.#answer(action.code, 'text/html', proxyPage(action.code));
    else if (action.kind === 'respond') {
      this.#answer(
        action.code,
        '',
        action.body ?? '',
        respondHeaders(action),
        action.connection ?? 'keep-alive',
      );
    } else if (action.kind === 'error') {
      const error = faultError(action);
      this.#answer(error.code, 'application/json', `${JSON.stringify(error.toStatus())}\n`, error.headers);
    }
  }

  #answer(
    code: number,
    type: string,
    body: string,
    headers: Record<string, string> = {},
    connection: ConnectionAfter = 'close',
  ): void {
    keepConnection(this.#response, connection);
    const bytes = Buffer.from(body);
    this.#writeHead(code, { 'content-type': type, 'content-length': String(bytes.length), ...headers });
    this.#write(bytes);
    this.#end();
  }

  #body(chunk: Buffer): boolean {
    if (this.closed) return true;
    if (this.#held !== undefined) {
      this.#held.push(() => this.#body(chunk));
      return true;
    }
    const end = Math.min(this.#faults.allowance(this, 'bytes'), this.#endOfEvents(chunk), chunk.length);
    const passing = chunk.subarray(0, end);
    const goOn = passing.length === 0 ? true : this.#send(passing);
    this.progress.bytes += passing.length;
    for (const byte of this.point === 'watch' ? passing : []) if (byte === LF) this.progress.events += 1;
    this.#faults.check(this);
    if (end < chunk.length) return this.#body(chunk.subarray(end));
    return goOn;
  }

  #send(chunk: Buffer): boolean {
    this.#unsent += 1;
    return this.#write(chunk, () => {
      this.#unsent -= 1;
      if (this.#unsent === 0) this.#whenSent?.();
    });
  }

  /** Earlier data must have arrived, so that the response breaks exactly there. */
  #breakWhenSent(): void {
    // Over HTTP/2 the response to a ping shows that everything before it has arrived.
    const { stream } = this.#response as { stream?: ServerHttp2Stream };
    this.#whenSent = () => {
      if (stream?.session?.ping(() => this.#breakConnection()) !== true) setImmediate(this.#breakConnection);
    };
    if (this.#unsent === 0) this.#whenSent();
  }

  /** The end of the last event that may still pass. */
  #endOfEvents(chunk: Buffer): number {
    if (this.point !== 'watch') return Infinity;
    let events = this.#faults.allowance(this, 'events');
    if (events === Infinity) return Infinity;
    let end = 0;
    while (events > 0) {
      const newline = chunk.indexOf(LF, end);
      if (newline < 0) return chunk.length;
      end = newline + 1;
      events -= 1;
    }
    return end;
  }

  #finish(chunk: Buffer | string | undefined): ServerResponse {
    if (chunk !== undefined && chunk.length > 0) this.#body(Buffer.from(chunk as string));
    this.#pass(() => this.#end());
    return this.#response;
  }

  /** Runs an action now, after the delay, or never. */
  #pass(action: () => void): void {
    if (this.closed) return;
    if (this.#held === undefined) action();
    else this.#held.push(action);
  }

  #hold(milliseconds: number): void {
    this.#held = [];
    const timer = setTimeout(() => {
      const held = this.#held ?? [];
      this.#held = undefined;
      for (const action of held) this.#pass(action);
    }, milliseconds);
    this.#response.once('close', () => clearTimeout(timer));
  }

  #close(): void {
    this.closed = true;
    this.#held = undefined;
  }
}

const EXPIRED = new StatusError(410, 'Expired', 'The resourceVersion for the provided watch is too old.');
