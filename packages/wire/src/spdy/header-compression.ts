import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { DICTIONARY, DICTIONARY_ID } from './dictionary.ts';
import { SpdyError } from './spdy-error.ts';

/*
 * All header blocks of one direction are one zlib stream, flushed to a byte boundary after each block. A block depends
 * only on the last 32 KiB of the previous text, so each can be processed separately and synchronously, with that text as
 * its dictionary.
 */

/** Maximum distance of a deflate reference. */
const WINDOW_BYTES = 32 * 1024;
/**
 * Maximum size of a header block, so that small frames can exhaust neither memory nor CPU time: real ones have a few
 * hundred bytes.
 */
const MAX_BLOCK_BYTES = 64 * 1024;
/** Deflate, a window of 32 KiB, and a dictionary that is named in the next four bytes (RFC 1950). */
const ZLIB_HEADER = Buffer.from([0x78, 0xbb, 0, 0, 0, 0]);
ZLIB_HEADER.writeUInt32BE(DICTIONARY_ID, 2);
const ZLIB_HEADER_BYTES = 2;
const DICTIONARY_ID_BYTES = 4;
const DEFLATE_METHOD = 8;
const HAS_DICTIONARY = 0x20;

/** Compresses the header blocks that one side sends, in their order. */
export class HeaderCompressor {
  #window: Buffer = DICTIONARY;
  #started = false;

  compress(block: Uint8Array): Buffer {
    const compressed = deflateRawSync(block, {
      dictionary: this.#window,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    this.#window = slide(this.#window, block);
    if (this.#started) return compressed;
    this.#started = true;
    return Buffer.concat([ZLIB_HEADER, compressed]);
  }
}

/** Decompresses the other side's header blocks. Throws SpdyError for an invalid stream. */
export class HeaderDecompressor {
  #window: Buffer | undefined;

  decompress(compressed: Uint8Array): Buffer {
    const [window, deflated] =
      this.#window === undefined ? readHeader(compressed) : [this.#window, compressed];
    let block: Buffer;
    try {
      block = inflateRawSync(deflated, {
        dictionary: window,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: MAX_BLOCK_BYTES,
      });
    } catch (error) {
      throw new SpdyError('a header block cannot be decompressed', { cause: error });
    }
    this.#window = slide(window, block);
    return block;
  }
}

/** The window at the start of a stream, and the data after its header. */
function readHeader(compressed: Uint8Array): [window: Buffer, deflated: Uint8Array] {
  const [method = 0, flags = 0] = compressed;
  if ((method & 0x0f) !== DEFLATE_METHOD || (method * 256 + flags) % 31 !== 0) {
    throw new SpdyError('the header blocks are not compressed by zlib');
  }
  if ((flags & HAS_DICTIONARY) === 0) return [Buffer.alloc(0), compressed.subarray(ZLIB_HEADER_BYTES)];
  const id = Buffer.from(compressed.subarray(ZLIB_HEADER_BYTES, ZLIB_HEADER_BYTES + DICTIONARY_ID_BYTES));
  if (id.length < DICTIONARY_ID_BYTES || id.readUInt32BE() !== DICTIONARY_ID) {
    throw new SpdyError('the header blocks are compressed against another dictionary');
  }
  return [DICTIONARY, compressed.subarray(ZLIB_HEADER_BYTES + DICTIONARY_ID_BYTES)];
}

function slide(window: Buffer, block: Uint8Array): Buffer {
  const joined = Buffer.concat([window, block]);
  return joined.subarray(Math.max(0, joined.length - WINDOW_BYTES));
}
