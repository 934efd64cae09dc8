import { setMaxListeners } from 'node:events';
import type { Credential } from '../credentials/credentials.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import type { TraceEntry, ClientTimeouts } from '../options.ts';
import { yieldToEventLoop } from '../../base/yield-to-event-loop.ts';
import { connect } from './connect.ts';
import type { Connection } from './connect.ts';
import { TransportError } from './transport.ts';
import type { Transport } from './transport.ts';

/**
 * Keeps one transport for all requests, and opens another one when it is closed or the client certificate has changed.
 */
export class Connector {
  readonly #endpoint: Endpoint;
  readonly #tuning: ClientTimeouts;
  readonly #trace: (entry: TraceEntry) => void;
  readonly #now: () => number;
  #current: { certificate: string | undefined; opening: Promise<Transport>; ready?: Transport } | undefined;
  /** Aborted by `close`: opening connections must not keep the program running. */
  readonly #closing = new AbortController();

  constructor(
    endpoint: Endpoint,
    tuning: ClientTimeouts,
    trace: (entry: TraceEntry) => void,
    now: () => number,
  ) {
    this.#endpoint = endpoint;
    this.#tuning = tuning;
    this.#trace = trace;
    this.#now = now;
    // Each opening connection listens, and HTTP/1.1 opens one for each parallel request.
    setMaxListeners(0, this.#closing.signal);
  }

  /** The transport for requests. Throws TransportError `connect`. */
  async transport(credential: Credential): Promise<Transport> {
    const certificate = credential.clientCertificate?.cert;
    const current = this.#current;
    if (current !== undefined && current.certificate === certificate && current.ready?.gone !== true) {
      return current.opening;
    }
    const opening = this.#open(credential);
    const next: typeof current & object = { certificate, opening };
    this.#current = next;
    // It belongs to another user by now: pending requests may finish, but no new ones begin.
    if (current !== undefined)
      void current.opening.then(
        (old) => old.retire(),
        () => undefined,
      );
    try {
      const transport = await opening;
      next.ready = transport;
      if (this.#closing.signal.aborted) transport.close();
      return transport;
    } catch (error) {
      if (this.#current === next) this.#current = undefined;
      throw error;
    }
  }

  /** A separate connection for an upgrade: only HTTP/1.1. Throws TransportError `connect`. */
  async upgradeConnection(credential: Credential, signal?: AbortSignal): Promise<Connection> {
    return this.#connect(credential, ['http/1.1'], 'upgrade', signal);
  }

  close(): void {
    this.#closing.abort(closed());
    this.#current?.ready?.close();
  }

  async #open(credential: Credential): Promise<Transport> {
    const { url } = this.#endpoint;
    const connecting = this.#connect(credential, ['h2', 'http/1.1'], 'requests');
    // Most servers speak HTTP/2: its code is loaded during the handshakes.
    if (url.protocol === 'https:') {
      yieldToEventLoop()
        .then(() => import('./http2-transport.ts'))
        .catch(() => undefined);
    }
    const { socket, protocol } = await connecting;
    if (protocol === 'h2') {
      const { Http2Transport } = await import('./http2-transport.ts');
      return new Http2Transport(socket, url, this.#tuning);
    }
    const { Http1Transport } = await import('./http1-transport.ts');
    const more = async () => (await this.#connect(credential, ['http/1.1'], 'requests')).socket;
    return new Http1Transport(socket, more, url);
  }

  async #connect(
    credential: Credential,
    alpn: readonly string[],
    purpose: 'requests' | 'upgrade',
    signal?: AbortSignal,
  ): Promise<Connection> {
    if (this.#closing.signal.aborted) throw new TransportError('connect', closed());
    const began = this.#now();
    try {
      const connection = await connect({
        endpoint: this.#endpoint,
        clientCertificate: credential.clientCertificate,
        alpn,
        timeout: this.#tuning.connectTimeout,
        signal: signal === undefined ? this.#closing.signal : AbortSignal.any([this.#closing.signal, signal]),
      });
      const milliseconds = this.#now() - began;
      this.#trace({ kind: 'connection', purpose, protocol: connection.protocol, milliseconds });
      return connection;
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new TransportError('connect', error);
    }
  }
}

function closed(): Error {
  return new Error('the client was closed');
}
