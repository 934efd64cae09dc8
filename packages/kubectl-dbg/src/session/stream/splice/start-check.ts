import { COUNTED_NEWLINES } from '../channel-buffer.ts';
import type { Channels } from '../join/join-point.ts';
import { LOG_PIECE } from '../thresholds.ts';
import type { SpliceContext } from './context.ts';
import type { SpliceState } from './state.ts';

const LF = 0x0a;

/** Number of entries at the log's end that are examined: at most 1 MiB. */
const TAIL_ENTRIES = 64;

/**
 * Attach sent everything, except perhaps the start of a first line that was unfinished when it began. The log is split
 * into pieces of a known size, so the length of that line's last piece shows how much of it attach had missed.
 */
export class StartCheck implements SpliceState {
  readonly name = 'start-check';
  readonly #context: SpliceContext;
  readonly #channels: Channels;
  readonly #giveUpAt: number;
  #isAsked = false;

  constructor(context: SpliceContext, channels: Channels) {
    this.#context = context;
    this.#channels = channels;
    this.#giveUpAt = context.terminatedAt + context.thresholds.giveUp;
  }

  logTailCame(tail: Buffer | undefined): SpliceState {
    return this.#finish(tail === undefined ? 'unknown' : missedStart(this.#channels, tail));
  }

  advance(now: number): SpliceState {
    if (now >= this.#giveUpAt) return this.#finish('unknown');
    if (!this.#isAsked) this.#context.output.push({ do: 'read-log-tail', entries: TAIL_ENTRIES });
    this.#isAsked = true;
    return this;
  }

  deadlines(): number[] {
    return [this.#giveUpAt];
  }

  #finish(missed: number | 'unknown'): SpliceState {
    if (missed !== 0) this.#context.output.gap(0, missed, 'unfinished-line');
    return this.#context.to.finished();
  }
}

/** Bytes of the first line before attach's first one. `tail` begins with a complete piece. */
export function missedStart(channels: Channels, tail: Buffer): number | 'unknown' {
  const [first, ...others] = channels;
  if (first === undefined) return 0;
  const isFinished = others.every((channel) => channel.finalLength === channel.afterNewline);
  // Lines of a second channel are between the pieces; after the last of them comes the rest of the first one.
  if (first.newlines >= COUNTED_NEWLINES) return 'unknown';
  if (!isFinished || (others.length > 0 && first.hasNewline)) return 'unknown';
  const end = endOfLine(tail, first.newlines);
  if (end === undefined) return 'unknown';
  const begin = tail.lastIndexOf(LF, end - 1) + 1;
  if (begin > 0 && others.length === 0) return 'unknown';
  const length = first.hasNewline ? first.firstLine : first.finalLength;
  const missed = (((end - begin - length) % LOG_PIECE) + LOG_PIECE) % LOG_PIECE;
  return missed > 0 && others.length > 0 ? 'unknown' : missed;
}

/**
 * The end of the line that is `count` newlines from the end, or of the open line for 0; undefined if it is not included.
 */
function endOfLine(tail: Buffer, count: number): number | undefined {
  let end = tail.length;
  for (let left = count; left > 0; left -= 1) {
    if (end <= 0) return undefined;
    end = tail.lastIndexOf(LF, end - 1);
    if (end === -1) return undefined;
  }
  return end;
}
