import {
  FLAG_FIN,
  FLAG_UNIDIRECTIONAL,
  FRAME_HEADER_BYTES,
  FrameType,
  SPDY_VERSION,
  type SpdyFrame,
} from './frame.ts';
import { decodeHeaderBlock, type Headers } from './header-block.ts';
import { HeaderDecompressor } from './header-compression.ts';
import { SpdyError } from './spdy-error.ts';

/** Stream ids, and the deltas of windows, have 31 bits. */
const LOW_31_BITS = 0x7fffffff;
const LOW_24_BITS = 0xffffff;
const SYN_STREAM_BYTES = 10;
const SETTING_BYTES = 8;
/** SPDY has seven settings. */
const MOST_SETTINGS = 100;
const NOTHING = Buffer.alloc(0);

/** Decodes frames from the bytes of one side, whatever their chunks. */
export class FrameReader {
  readonly #decompressor = new HeaderDecompressor();
  #blocksLeft: number;
  /** The beginning of an incomplete frame, in our own buffer, which doubles as needed. */
  #room: Buffer = NOTHING;
  #filled = 0;

  /** `mostHeaderBlocks`: more are a protocol violation; each costs some time, however short it is. */
  constructor({ mostHeaderBlocks = Infinity }: { mostHeaderBlocks?: number } = {}) {
    this.#blocksLeft = mostHeaderBlocks;
  }

  /**
   * The frames that these bytes complete; frames of unknown type are ignored. Throws SpdyError for a protocol violation,
   * after which the reader cannot continue.
   */
  *read(bytes: Buffer): Generator<SpdyFrame> {
    const joined = this.#filled === 0 ? bytes : this.#append(bytes);
    let at = 0;
    for (;;) {
      const left = joined.length - at;
      if (left < FRAME_HEADER_BYTES) break;
      const length = FRAME_HEADER_BYTES + (joined.readUInt32BE(at + 4) & LOW_24_BITS);
      if (left < length) break;
      const frame = this.#frame(joined.subarray(at, at + length));
      at += length;
      if (frame !== undefined) yield frame;
    }
    // Nothing was taken from the buffer: more will be added.
    if (at === 0 && this.#filled > 0) return;
    // Frames share the memory of their buffer, so the rest gets a new one.
    this.#filled = 0;
    if (at < joined.length) this.#append(joined.subarray(at));
  }

  /** Appends to the buffer; a frame that arrives byte by byte is copied a few times, not each time. */
  #append(bytes: Buffer): Buffer {
    const size = this.#filled + bytes.length;
    if (this.#filled === 0 || size > this.#room.length) {
      const room = Buffer.allocUnsafeSlow(size * 2);
      this.#room.copy(room, 0, 0, this.#filled);
      this.#room = room;
    }
    bytes.copy(this.#room, this.#filled);
    this.#filled = size;
    return this.#room.subarray(0, size);
  }

  #frame(bytes: Buffer): SpdyFrame | undefined {
    const first = bytes.readUInt32BE(0);
    const flags = bytes.readUInt8(4);
    const payload = bytes.subarray(FRAME_HEADER_BYTES);
    const fin = (flags & FLAG_FIN) !== 0;
    if (first <= LOW_31_BITS) return { type: 'data', streamId: streamId(first), fin, data: payload };
    const version = (first >>> 16) & 0x7fff;
    if (version !== SPDY_VERSION) throw new SpdyError(`SPDY version ${version} is not spoken`);
    return this.#control(first & 0xffff, flags, payload);
  }

  #control(type: number, flags: number, payload: Buffer): SpdyFrame | undefined {
    const fin = (flags & FLAG_FIN) !== 0;
    switch (type) {
      case FrameType.synStream: {
        need(payload, SYN_STREAM_BYTES);
        return {
          type: 'synStream',
          streamId: streamId(payload.readUInt32BE(0)),
          associatedTo: payload.readUInt32BE(4) & LOW_31_BITS,
          priority: payload.readUInt8(8) >>> 5,
          fin,
          unidirectional: (flags & FLAG_UNIDIRECTIONAL) !== 0,
          headers: this.#headers(payload.subarray(SYN_STREAM_BYTES)),
        };
      }
      case FrameType.synReply:
      case FrameType.headers: {
        need(payload, 4);
        const headers = this.#headers(payload.subarray(4));
        const name = type === FrameType.synReply ? 'synReply' : 'headers';
        return { type: name, streamId: streamId(payload.readUInt32BE(0)), fin, headers };
      }
      case FrameType.rstStream:
        need(payload, 8);
        return {
          type: 'rstStream',
          streamId: streamId(payload.readUInt32BE(0)),
          status: payload.readUInt32BE(4),
        };
      case FrameType.settings:
        return { type: 'settings', settings: readSettings(payload) };
      case FrameType.ping:
        need(payload, 4);
        return { type: 'ping', id: payload.readUInt32BE(0) };
      case FrameType.goAway:
        need(payload, 8);
        return {
          type: 'goAway',
          lastStreamId: payload.readUInt32BE(0) & LOW_31_BITS,
          status: payload.readUInt32BE(4),
        };
      case FrameType.windowUpdate:
        need(payload, 8);
        return {
          type: 'windowUpdate',
          streamId: payload.readUInt32BE(0) & LOW_31_BITS,
          delta: payload.readUInt32BE(4) & LOW_31_BITS,
        };
      default:
        return undefined;
    }
  }

  #headers(compressed: Buffer): Headers {
    this.#blocksLeft -= 1;
    if (this.#blocksLeft < 0) throw new SpdyError('there are too many frames with headers');
    return decodeHeaderBlock(this.#decompressor.decompress(compressed));
  }
}

function readSettings(payload: Buffer): { id: number; flags: number; value: number }[] {
  need(payload, 4);
  const count = payload.readUInt32BE(0);
  if (count > MOST_SETTINGS) throw new SpdyError('a frame has too many settings');
  need(payload, 4 + count * SETTING_BYTES);
  return Array.from({ length: count }, (_, position) => {
    const at = 4 + position * SETTING_BYTES;
    const word = payload.readUInt32BE(at);
    return { id: word & LOW_24_BITS, flags: word >>> 24, value: payload.readUInt32BE(at + 4) };
  });
}

function streamId(word: number): number {
  const id = word & LOW_31_BITS;
  if (id === 0) throw new SpdyError('a frame names stream 0');
  return id;
}

function need(payload: Buffer, bytes: number): void {
  if (payload.length < bytes) throw new SpdyError('a frame is too short');
}
