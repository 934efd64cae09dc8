import {
  FLAG_FIN,
  FLAG_UNIDIRECTIONAL,
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_FRAME_BYTES,
  SPDY_VERSION,
  type SpdyFrame,
} from './frame.ts';
import { encodeHeaderBlock, type Headers } from './header-block.ts';
import { HeaderCompressor } from './header-compression.ts';

/** Encodes the frames of one side. They must be sent in the order in which they were written. */
export class FrameWriter {
  readonly #compressor = new HeaderCompressor();

  /** Throws RangeError for data beyond a frame's 16 MiB. */
  write(frame: SpdyFrame): Buffer {
    switch (frame.type) {
      case 'data':
        return dataFrame(frame.streamId, frame.fin ? FLAG_FIN : 0, frame.data);
      case 'synStream': {
        const flags = (frame.fin ? FLAG_FIN : 0) | (frame.unidirectional ? FLAG_UNIDIRECTIONAL : 0);
        const priority = Buffer.from([frame.priority << 5, 0]);
        const ids = uint32s(frame.streamId, frame.associatedTo);
        return controlFrame(FrameType.synStream, flags, ids, priority, this.#block(frame.headers));
      }
      case 'synReply':
      case 'headers': {
        const flags = frame.fin ? FLAG_FIN : 0;
        return controlFrame(
          FrameType[frame.type],
          flags,
          uint32s(frame.streamId),
          this.#block(frame.headers),
        );
      }
      case 'rstStream':
        return controlFrame(FrameType.rstStream, 0, uint32s(frame.streamId, frame.status));
      case 'settings': {
        const words = frame.settings.flatMap(({ id, flags, value }) => [flags * 2 ** 24 + id, value]);
        return controlFrame(FrameType.settings, 0, uint32s(frame.settings.length, ...words));
      }
      case 'ping':
        return controlFrame(FrameType.ping, 0, uint32s(frame.id));
      case 'goAway':
        return controlFrame(FrameType.goAway, 0, uint32s(frame.lastStreamId, frame.status));
      default:
        return controlFrame(FrameType.windowUpdate, 0, uint32s(frame.streamId, frame.delta));
    }
  }

  #block(headers: Headers): Buffer {
    return this.#compressor.compress(encodeHeaderBlock(headers));
  }
}

function dataFrame(streamId: number, flags: number, data: Buffer): Buffer {
  if (data.length > MAX_FRAME_BYTES) throw new RangeError(`a frame cannot hold ${data.length} bytes`);
  const header = uint32s(streamId, flags * 2 ** 24 + data.length);
  return Buffer.concat([header, data]);
}

const CONTROL_BIT = 0x8000;

function controlFrame(type: number, flags: number, ...payload: Buffer[]): Buffer {
  const length = payload.reduce((sum, part) => sum + part.length, 0);
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt16BE(CONTROL_BIT | SPDY_VERSION, 0);
  header.writeUInt16BE(type, 2);
  header.writeUInt32BE(flags * 2 ** 24 + length, 4);
  return Buffer.concat([header, ...payload]);
}

function uint32s(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [position, value] of values.entries()) bytes.writeUInt32BE(value, position * 4);
  return bytes;
}
