import { ChannelBuffer } from './channel-buffer.ts';
import { type Channels, expectedInLog } from './join/join-point.ts';

/** The kept data of this attach, and its state. */
export class AttachSource {
  state: 'none' | 'opening' | 'open' | 'ended' | 'broken';
  channels: ChannelBuffer[];
  /** When it ended or broke. */
  over = 0;
  /** It was delivered alone, and ended. */
  spoke = false;
  /** Its channels, if it is unknown whether the start of their first line is missing. */
  unproven: Channels | undefined;
  /** Its text was found at two positions of the log: only time and count can decide. */
  repetitive = false;
  /** The length of the log when attach sent its first byte. */
  logAtFirst = 0;
  /** When its text was last searched for in the log, and the lengths of both then. */
  searched = { at: -Infinity, log: -1, brought: -1 };
  readonly #tty: boolean;

  constructor(tty: boolean, state: 'none' | 'opening') {
    this.#tty = tty;
    this.state = state;
    this.channels = this.#newChannels();
  }

  /** Another attach begins. */
  open(): void {
    this.state = 'open';
    this.forget();
    this.repetitive = false;
    this.spoke = false;
    this.unproven = undefined;
    this.searched = { at: -Infinity, log: -1, brought: -1 };
  }

  /** `channel`: 1 is stdout, 2 is stderr; with a terminal there is only one. */
  indexOf(channel: number): number {
    return channel === 2 && this.channels.length > 1 ? 1 : 0;
  }

  /** Adds bytes; true if they finished a line, which the log will show. */
  append(index: number, data: Uint8Array): boolean {
    const buffer = this.channels[index];
    if (buffer === undefined) return false;
    const expected = expectedInLog(buffer);
    buffer.append(data);
    return expectedInLog(buffer) !== expected;
  }

  end(clean: boolean, now: number): void {
    this.state = clean ? 'ended' : 'broken';
    this.over = now;
  }

  /** It sends no more, or there never was one. */
  get isOver(): boolean {
    return this.state === 'none' || this.state === 'ended' || this.state === 'broken';
  }

  /**
   * Drops what the log has too: in a repeating text, kept bytes tell nothing. `history`: this many bytes are kept to
   * compare the ends.
   */
  dropKnown(logEnd: number, history: number): void {
    const has = logEnd - this.logAtFirst;
    for (const buffer of this.channels) buffer.dropTo(Math.min(buffer.length, has) - history);
  }

  /** Its data is not needed any more. */
  forget(): void {
    this.channels = this.#newChannels();
  }

  /** Number of received bytes. */
  get brought(): number {
    return this.channels.reduce((sum, channel) => sum + channel.finalLength, 0);
  }

  /** Number of kept bytes. */
  get kept(): number {
    return this.channels.reduce((sum, channel) => sum + channel.length - channel.start, 0);
  }

  #newChannels(): ChannelBuffer[] {
    return this.#tty ? [new ChannelBuffer()] : [new ChannelBuffer(), new ChannelBuffer()];
  }
}
