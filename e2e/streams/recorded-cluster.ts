import type {
  ApiRequest,
  Closed,
  Cluster,
  RemoteCommand,
} from '../../packages/kubectl-dbg/src/cluster/types.ts';
import type { Frame } from '../../packages/wire/src/index.ts';
import type { AttachScenario, Scenario } from './scenario.ts';
import { madeUpStamp } from './stamps.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The recorded response to an attach is not 101. */
export class AttachRefused extends Error {
  override readonly name = 'AttachRefused';
}

/** Responds to a session's requests with the recording, at the recorded times. */
export class RecordedCluster implements Pick<Cluster, 'attach' | 'stream'> {
  readonly #scenario: Scenario;
  readonly #clock: VirtualClock;
  #attached = 0;

  constructor(scenario: Scenario, clock: VirtualClock) {
    this.#scenario = scenario;
    this.#clock = clock;
  }

  /** Whether there is another recorded attach. */
  get canAttach(): boolean {
    return this.#attached < this.#scenario.attaches.length;
  }

  async attach(): Promise<RemoteCommand> {
    const recorded = this.#scenario.attaches[this.#attached];
    if (recorded === undefined) throw new Error('no such attach was recorded');
    this.#attached += 1;
    await this.#clock.until(recorded.answered);
    if (recorded.status !== 101) {
      throw new AttachRefused(`attach was answered by ${recorded.status}`);
    }
    return this.#command(recorded);
  }

  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    const { log } = this.#scenario;
    await this.#clock.until(this.#clock.now() + log.latency);
    const { terminated, truth } = this.#scenario;
    const follow = request.query?.['follow'] === true;
    const now = this.#clock.now();
    const wasCut = log.followClosed !== undefined && now >= log.followClosed;
    // After termination the log is complete, and a read without follow returns its newest file.
    const isWhole = wasCut || (!follow && terminated !== undefined && now >= terminated);
    const reading: Reading = {
      from: isWhole ? log.fileStart : 0,
      to: isWhole ? truth.length : log.followed,
      isWhole,
      follow,
      stamps: request.query?.['timestamps'] === true,
      since: typeof request.query?.['sinceTime'] === 'string' ? request.query['sinceTime'] : undefined,
    };
    return this.#read(reading, request.signal);
  }

  async *#read(reading: Reading, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const { log, truth } = this.#scenario;
    const stamper = new Stamper(this.#scenario, reading);
    let position = reading.from;
    const steps = [...log.arrivals, { at: this.#clock.now(), bytes: truth.length }];
    for (const { at, bytes } of steps) {
      const end = Math.min(bytes, reading.to);
      if (end <= position) continue;
      if (reading.follow) await this.#clock.until(at);
      else if (!reading.isWhole && at > this.#clock.now()) return;
      if (signal?.aborted === true) throw signal.reason;
      const data = stamper.take(truth.subarray(position, end));
      position = end;
      if (data.length > 0) yield data;
    }
    if (!reading.follow) return;
    if (log.followClosed === undefined) {
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    } else {
      await this.#clock.until(log.followClosed);
    }
  }

  #command(recorded: AttachScenario): RemoteCommand {
    const clock = this.#clock;
    let end: (closed: Closed) => void = () => {};
    const closed = new Promise<Closed>((resolve) => (end = resolve));
    async function* frames(): AsyncGenerator<Frame> {
      for (const { at, channel, data } of recorded.frames) {
        await clock.until(at);
        yield { kind: 'data', channel, data };
      }
      await clock.until(recorded.closed);
      end({ code: recorded.code, reason: '' });
    }
    return {
      subprotocol: 'v5.channel.k8s.io',
      canHalfClose: true,
      send: () => Promise.resolve(),
      endChannel: () => Promise.resolve(),
      close: () => Promise.resolve(),
      closed,
      [Symbol.asyncIterator]: () => frames(),
    };
  }
}

interface Reading {
  from: number;
  to: number;
  /** The complete content is available at once. */
  isWhole: boolean;
  follow: boolean;
  stamps: boolean;
  since: string | undefined;
}

/** Adds a timestamp to each line, and omits lines before sinceTime. */
class Stamper {
  readonly #scenario: Scenario;
  readonly #reading: Reading;
  #line: number;
  #atStart = true;
  #wanted = true;

  constructor(scenario: Scenario, reading: Reading) {
    this.#scenario = scenario;
    this.#reading = reading;
    this.#line = scenario.truth.subarray(0, reading.from).filter((byte) => byte === 0x0a).length;
  }

  take(data: Buffer): Buffer {
    if (!this.#reading.stamps) return data;
    const parts: Buffer[] = [];
    for (let at = 0; at < data.length;) {
      const newline = data.indexOf(0x0a, at);
      const end = newline === -1 ? data.length : newline + 1;
      if (this.#atStart) {
        const stamp =
          this.#scenario.log.stamps?.[this.#line] ?? madeUpStamp(this.#scenario.epoch, this.#line);
        this.#wanted =
          this.#reading.since === undefined || stamp.slice(0, 19) >= this.#reading.since.slice(0, 19);
        if (this.#wanted) parts.push(Buffer.from(`${stamp} `, 'latin1'));
      }
      if (this.#wanted) parts.push(data.subarray(at, end));
      this.#atStart = newline !== -1;
      if (this.#atStart) this.#line += 1;
      at = end;
    }
    return Buffer.concat(parts);
  }
}
