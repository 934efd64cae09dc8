import type { Credential } from '../credentials/credentials.ts';
import type { Endpoint } from '../kubeconfig/connection.ts';
import type { TraceEntry, Tuning } from '../options.ts';
import { turn } from '../../turn.ts';
import { connect } from './connect.ts';
import type { Connection } from './connect.ts';
import { TransportError } from './transport.ts';
import type { Transport } from './transport.ts';

/** Keeps one transport for all requests, and opens another when it is gone or the client certificate has changed. */
export class Connector {
  readonly #endpoint: Endpoint;
  readonly #tuning: Tuning;
  readonly #trace: (entry: TraceEntry) => void;
  readonly #now: () => number;
  #current: { certificate: string | undefined; opening: Promise<Transport>; ready?: Transport } | undefined;
  /** Aborted by `close`: connections that are still opening must not keep the program running. */
  readonly #closing = new AbortController();

  constructor(endpoint: Endpoint, tuning: Tuning, trace: (entry: TraceEntry) => void, now: () => number) {
    this.#endpoint = endpoint;
    this.#tuning = tuning;
    this.#trace = trace;
    this.#now = now;
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

  /** A connection of its own, for an upgrade: HTTP/1.1 only. Throws TransportError `connect`. */
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
    // Most servers speak HTTP/2: its code is loaded while the handshakes are under way.
    if (url.protocol === 'https:') {
      turn()
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
