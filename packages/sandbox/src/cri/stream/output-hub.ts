import { PassThrough, Writable } from 'node:stream';
import type { RemoteProcess, StreamOptions } from '../remote-process.ts';
import type { LogStream } from '../log/cri-line.ts';
import type { TerminalSize } from 'kubectl-dbg-wire';
import { deferred } from '../deferred.ts';

/**
 * How far one attached client may lag behind before the container is blocked. A real node has the buffers of two TCP
 * connections and of a runtime; beyond them it also blocks the container instead of losing output.
 */
const CLIENT_BUFFER_BYTES = 64 * 1024 * 1024;

/** The container's side of attached clients. */
export interface HubProcess {
  tty: boolean;
  stdinOnce: boolean;
  /** Absent if the container has no stdin. */
  stdin?: Writable;
  resize(size: TerminalSize): void;
  /** Called when no client lags too far behind any more. */
  resume(): void;
}

interface Client {
  stdout?: PassThrough;
  stderr?: PassThrough;
  end(): void;
}

/** Sends a container's output to every attached client, from now on. */
export class OutputHub {
  readonly #process: HubProcess;
  readonly #clients = new Set<Client>();
  /** Outputs of clients that lag too far behind, for which the hub waits. */
  readonly #lagging = new Set<PassThrough>();
  #ended = false;

  constructor(process: HubProcess) {
    this.#process = process;
  }

  /** Sends `chunk` to all clients; false if one lags too far behind, and the source should wait for `resume`. */
  publish(stream: LogStream, chunk: Buffer): boolean {
    let keepsUp = true;
    for (const client of this.#clients) {
      const target = client[stream];
      if (target === undefined || target.destroyed) continue;
      target.write(chunk);
      if (target.writableLength + target.readableLength > CLIENT_BUFFER_BYTES) {
        keepsUp = false;
        this.#awaitRoom(target);
      }
    }
    return keepsUp;
  }

  #awaitRoom(target: PassThrough): void {
    if (this.#lagging.has(target)) return;
    this.#lagging.add(target);
    const goOn = (): void => {
      target.off('drain', goOn);
      target.off('close', goOn);
      this.#lagging.delete(target);
      this.#process.resume();
    };
    target.once('drain', goOn);
    target.once('close', goOn);
  }

  /** The container has terminated and all its output was published. */
  end(): void {
    this.#ended = true;
    for (const client of this.#clients) client.end();
  }

  attach(streams: StreamOptions): RemoteProcess {
    const { promise: ended, resolve } = deferred<undefined>();
    const stdout = streams.stdout ? new PassThrough() : undefined;
    // With a terminal all output is on stdout, whatever the client requests.
    const stderr = streams.stderr && !this.#process.tty ? new PassThrough() : undefined;
    const client: Client = {
      ...(stdout === undefined ? {} : { stdout }),
      ...(stderr === undefined ? {} : { stderr }),
      end: () => {
        this.#clients.delete(client);
        stdout?.end();
        stderr?.end();
        resolve(undefined);
      },
    };
    // An attachment lasts as long as its outputs: without any it ends at once.
    if (this.#ended || (stdout === undefined && stderr === undefined)) client.end();
    else this.#clients.add(client);
    // Nobody reads the input of a container without stdin.
    const takesInput = streams.stdin && this.#process.stdin !== undefined;
    const stdin = takesInput ? this.#stdin(client) : undefined;
    return {
      ...(stdin === undefined ? {} : { stdin }),
      ...(stdout === undefined ? {} : { stdout }),
      ...(stderr === undefined ? {} : { stderr }),
      resize: (size) => this.#process.resize(size),
      ended,
      detach: () => {
        stdin?.destroy();
        stdout?.destroy();
        stderr?.destroy();
        client.end();
      },
    };
  }

  /** A client's stdin. Its end is the process's end of input with stdinOnce, otherwise the end of the attachment. */
  #stdin(client: Client): Writable {
    const { stdin: target, stdinOnce, tty } = this.#process;
    let first = true;
    const over = (): void => {
      if (!first) return;
      first = false;
      if (stdinOnce && !tty) target?.end();
      else client.end();
    };
    const input = new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (target === undefined || target.destroyed || target.writableEnded) done();
        else target.write(chunk, () => done());
      },
      final(done) {
        over();
        done();
      },
      destroy(error, done) {
        // A client that disconnects without closing its stdin also ends it.
        if (stdinOnce) over();
        done(error);
      },
    });
    // A process that has closed its stdin accepts nothing more; this is not a failure of the attachment.
    input.on('error', () => {});
    return input;
  }
}
