import { ChannelBuffer } from './channel-buffer.ts';
import { expectedInLog } from './meeting.ts';

/** What this attach has brought, as far as it is kept, and how it stands. */
export class AttachSource {
  state: 'none' | 'opening' | 'open' | 'ended' | 'broken';
  channels: ChannelBuffer[];
  /** When it ended or broke. */
  over = 0;
  /** It spoke alone, and ended. */
  spoke = false;
  /** Its text was found at two places of the log: only time and count can tell. */
  ambiguous = false;
  /** How far the log had come when it brought its first byte. */
  logThen = 0;
  /** When its text was last looked for in the log, and how far both had come then. */
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
    this.ambiguous = false;
    this.spoke = false;
    this.searched = { at: -Infinity, log: -1, brought: -1 };
  }

  /** `channel`: 1 is stdout, 2 is stderr; with a terminal there is one only. */
  indexOf(channel: number): number {
    return channel === 2 && this.channels.length > 1 ? 1 : 0;
  }

  /** Takes bytes in; true if they finished a line, which the log will show. */
  append(index: number, data: Uint8Array): boolean {
    const buffer = this.channels[index];
    if (buffer === undefined) return false;
    const expected = expectedInLog(buffer);
    buffer.append(data);
    return expectedInLog(buffer) !== expected;
  }

  /** What it has brought is of no more use. */
  forget(): void {
    this.channels = this.#newChannels();
  }

  /** Bytes that it has brought. */
  get brought(): number {
    return this.channels.reduce((sum, channel) => sum + channel.finalLength, 0);
  }

  /** Bytes of it that are kept. */
  get kept(): number {
    return this.channels.reduce((sum, channel) => sum + channel.length - channel.start, 0);
  }

  #newChannels(): ChannelBuffer[] {
    return this.#tty ? [new ChannelBuffer()] : [new ChannelBuffer(), new ChannelBuffer()];
  }
}
