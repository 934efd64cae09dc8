import { createHash } from 'node:crypto';
import { bytesOf, type Recording, stepsOf, type Summary } from './recording.ts';

/** Complete contents by SHA-256: one recording may contain what another only summarizes. */
export type ContentPool = Map<string, Buffer>;

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Adds all complete contents of a recording. */
export function addContents(pool: ContentPool, recording: Recording): void {
  for (const step of stepsOf(recording, 'log')) {
    const { body, chunks } = step.response;
    const whole =
      chunks === undefined ? bytesOf(body) : Buffer.concat(chunks.map((chunk) => bytesOf(chunk.data)));
    for (const content of [whole, withoutStamps(whole)]) pool.set(sha256(content), content);
  }
}

/** Removes the timestamps from a log that was read with `timestamps=true`. */
export function withoutStamps(log: Buffer): Buffer {
  const text = log.toString('latin1');
  return Buffer.from(text.replaceAll(/(^|\n)\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d) /g, '$1'), 'latin1');
}

/** The bytes of a summary, if they can be reconstructed; verified by the checksum. */
export function contentOf(summary: Summary, pool: ContentPool): Buffer | undefined {
  const known = pool.get(summary.sha256);
  if (known !== undefined) return known;
  for (const guess of [repeated, numbered, counted]) {
    const content = guess(summary);
    if (content !== undefined && content.length === summary.bytes && sha256(content) === summary.sha256) {
      pool.set(summary.sha256, content);
      return content;
    }
  }
  return undefined;
}

/** A repeated piece. */
function repeated(summary: Summary): Buffer | undefined {
  const head = bytesOf(summary.head);
  for (let period = 1; period <= head.length / 2; period += 1) {
    if (head.subarray(period).equals(head.subarray(0, head.length - period))) {
      return Buffer.alloc(summary.bytes, head.subarray(0, period));
    }
  }
  return undefined;
}

/** Numbered lines; the first may be incomplete. */
function numbered(summary: Summary): Buffer | undefined {
  if (summary.numbered === undefined) return undefined;
  const head = bytesOf(summary.head).toString('latin1');
  const begin = head.indexOf('\n') + 1;
  const line = /^(.*?)(\d+)(\D*)$/m.exec(head.slice(begin, head.indexOf('\n', begin)));
  if (line === null || begin === 0) return undefined;
  const [, before = '', digits = '', after = ''] = line;
  const content = Buffer.alloc(summary.bytes);
  let at = content.write(head.slice(0, begin), 'latin1');
  const counter = new Counter(digits);
  for (let number = Number(digits); number <= summary.numbered.last && at < content.length; number += 1) {
    at += content.write(before, at, 'latin1');
    at += counter.writeTo(content, at);
    at += content.write(`${after}\n`, at, 'latin1');
    counter.increment();
  }
  return content;
}

/** A decimal counter that increments its digits in place, fast enough for millions of lines. */
class Counter {
  #digits: number[];

  constructor(digits: string) {
    this.#digits = Array.from(Buffer.from(digits, 'latin1'));
  }

  increment(): void {
    const nine = 0x39;
    let at = this.#digits.length - 1;
    for (; at >= 0 && this.#digits[at] === nine; at -= 1) this.#digits[at] = 0x30;
    if (at < 0) this.#digits.unshift(0x31);
    else this.#digits[at] = (this.#digits[at] ?? 0) + 1;
  }

  writeTo(target: Buffer, at: number): number {
    for (let index = 0; index < this.#digits.length; index += 1)
      target[at + index] = this.#digits[index] ?? 0;
    return this.#digits.length;
  }
}

/** Lines of equal length with records of a letter and an ascending number from 0. */
function counted(summary: Summary): Buffer | undefined {
  const head = /^([A-Za-z])(0+)\1/.exec(bytesOf(summary.head).toString('latin1'));
  const lines = summary.lines ?? 0;
  if (head === null || lines === 0 || summary.bytes % lines !== 0) return undefined;
  const [, letter = '', zeros = ''] = head;
  const length = summary.bytes / lines - 1;
  const parts: string[] = [];
  for (let line = 0; line < lines; line += 1) {
    const own = String.fromCodePoint((letter.codePointAt(0) ?? 0) + line);
    let text = '';
    for (let record = 0; text.length < length; record += 1) {
      text += own + String(record).padStart(zeros.length, '0');
    }
    parts.push(`${text.slice(0, length)}\n`);
  }
  return Buffer.from(parts.join(''), 'latin1');
}
