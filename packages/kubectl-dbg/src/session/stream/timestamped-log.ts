const LF = 0x0a;
const SPACE = 0x20;

/** Longer than any RFC 3339 time; a line without a space up to here has no timestamp. */
const MAX_STAMP = 40;

/**
 * Removes the timestamps from a log read with `timestamps=true`, and joins one read of it to the next: timestamps differ
 * from line to line, so they show which bytes are new even if all lines are equal.
 */
export class TimestampedLog {
  #stamp = '';
  #stampParts: Buffer[] = [];
  #inStamp = true;
  #skip = 0;
  #dropping = false;
  /**
   * The newest delivered line: its timestamp, the number of lines with that timestamp before it, and its bytes so far.
   */
  #last: { stamp: string; index: number; bytes: number } | undefined;
  #resuming: { stamp: string; index: number; bytes: number } | undefined;
  #index = 0;
  #gap = false;

  /** Timestamp of the newest delivered line, truncated to seconds as `sinceTime` expects it. */
  get sinceTime(): string | undefined {
    const stamp = this.#last?.stamp;
    return stamp === undefined ? undefined : stamp.replace(/\.\d+/, '');
  }

  /** Whether this read began after the newest line of the previous one: lines may be missing in between. */
  get gapPossible(): boolean {
    return this.#gap;
  }

  /** A copy with the same delivered lines, at the beginning of a new read. */
  fork(): TimestampedLog {
    const fork = new TimestampedLog();
    if (this.#last !== undefined) fork.#last = { ...this.#last };
    fork.begin();
    return fork;
  }

  /** The next bytes are from a new read. */
  begin(): void {
    this.#inStamp = true;
    this.#stampParts = [];
    this.#stamp = '';
    this.#skip = 0;
    this.#dropping = false;
    this.#index = 0;
    this.#gap = false;
    this.#resuming = this.#last;
  }

  /** New bytes of the log, without timestamps, in order. */
  push(chunk: Uint8Array): Buffer {
    const data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const parts: Buffer[] = [];
    let at = 0;
    while (at < data.length) {
      if (this.#inStamp) {
        at = this.#readStamp(data, at, parts);
        continue;
      }
      const newline = data.indexOf(LF, at);
      const end = newline === -1 ? data.length : newline + 1;
      this.#deliver(data.subarray(at, end), parts);
      if (newline !== -1) this.#inStamp = true;
      at = end;
    }
    return parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts);
  }

  #readStamp(data: Buffer, at: number, parts: Buffer[]): number {
    const space = data.indexOf(SPACE, at);
    const end = space === -1 ? data.length : space;
    const part = data.subarray(at, end);
    const text = this.#stampParts.length === 0 ? part : Buffer.concat([...this.#stampParts, part]);
    if (space === -1 && text.length <= MAX_STAMP) {
      this.#stampParts = [Buffer.from(text)];
      return end;
    }
    this.#stampParts = [];
    this.#inStamp = false;
    if (space === -1 || text.length > MAX_STAMP) {
      // No timestamp, so not a line of the requested log: data is never dropped.
      this.#deliver(text, parts);
      return end;
    }
    this.#beginLine(text.toString('latin1'));
    return space + 1;
  }

  #beginLine(stamp: string): void {
    this.#index = stamp === this.#stamp ? this.#index + 1 : 0;
    this.#stamp = stamp;
    this.#dropping = false;
    this.#skip = 0;
    const known = this.#resuming;
    if (known === undefined) return;
    if (stamp < known.stamp || (stamp === known.stamp && this.#index < known.index)) {
      this.#dropping = true;
    } else if (stamp === known.stamp && this.#index === known.index) {
      this.#skip = known.bytes;
      this.#resuming = undefined;
    } else {
      this.#gap = true;
      this.#resuming = undefined;
    }
  }

  #deliver(bytes: Buffer, parts: Buffer[]): void {
    if (this.#dropping) return;
    const skipped = Math.min(this.#skip, bytes.length);
    this.#skip -= skipped;
    const fresh = bytes.subarray(skipped);
    if (this.#last?.stamp !== this.#stamp || this.#last.index !== this.#index) {
      this.#last = { stamp: this.#stamp, index: this.#index, bytes: 0 };
    }
    this.#last.bytes += fresh.length;
    if (fresh.length > 0) parts.push(fresh);
  }
}
