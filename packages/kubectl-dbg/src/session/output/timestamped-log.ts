const LF = 0x0a;
const SPACE = 0x20;

/** Longer than any RFC 3339 time; a line that has no space by then is no stamp. */
const MAX_STAMP = 40;

/**
 * Takes the stamps off a log read with `timestamps=true`, and joins one reading of it to the next: stamps differ
 * from line to line, so they tell which bytes are new even where all lines are alike.
 */
export class TimestampedLog {
  #stamp = '';
  #stampParts: Buffer[] = [];
  #inStamp = true;
  #skip = 0;
  #dropping = false;
  /** The newest line delivered: its stamp, how many lines of that stamp came before it, and its bytes so far. */
  #last: { stamp: string; index: number; bytes: number } | undefined;
  #resuming: { stamp: string; index: number; bytes: number } | undefined;
  #index = 0;
  #gap = false;

  /** Stamp of the newest line delivered, floored to the second as `sinceTime` takes it. */
  get sinceTime(): string | undefined {
    const stamp = this.#last?.stamp;
    return stamp === undefined ? undefined : stamp.replace(/\.\d+/, '');
  }

  /** Whether this reading began after the newest line of the one before: lines may be missing between them. */
  get gapPossible(): boolean {
    return this.#gap;
  }

  /** Another log that has delivered what this one has, at the beginning of a new reading. */
  fork(): TimestampedLog {
    const fork = new TimestampedLog();
    if (this.#last !== undefined) fork.#last = { ...this.#last };
    fork.begin();
    return fork;
  }

  /** The next bytes are those of a new reading. */
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

  /** New bytes of the log, without stamps, in order. */
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
    this.#stampParts.push(Buffer.from(data.subarray(at, end)));
    const text = Buffer.concat(this.#stampParts);
    if (space === -1 && text.length <= MAX_STAMP) return end;
    this.#stampParts = [];
    this.#inStamp = false;
    if (space === -1 || text.length > MAX_STAMP) {
      // No stamp, so not a line of a log as we asked for it: never swallow what is there.
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
