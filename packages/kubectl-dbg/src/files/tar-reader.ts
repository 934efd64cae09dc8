import {
  ArchiveError,
  type ArchiveEntry,
  BLOCK,
  checkExtended,
  hasContent,
  isMapFollowed,
  longName,
  padding,
  type RawHeader,
  readHeader,
  readRecords,
  typeOf,
  withRecords,
} from './tar-format.ts';

/** Maximum of extended headers before one entry: two long names, and one of pax. */
const MAX_EXTENSIONS = 8;

/** Maximum of blocks in the map of one sparse file, of 21 pieces each. */
const MAX_MAP_BLOCKS = 10_000;

/** A reader of an entry's content. */
export interface EntryContent {
  /** The next piece; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
}

/** Reads a tar archive entry by entry. Throws ArchiveError if it violates its format, or is truncated. */
export class TarReader implements EntryContent {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Buffer = Buffer.alloc(0);
  /** Unread bytes of the entry's content, and of the padding in its last block. */
  #left = 0;
  #padding = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next entry, whose content can be read until the next call; undefined at the archive's end. */
  async next(): Promise<ArchiveEntry | undefined> {
    const before: { name?: string; linkname?: string; records?: Map<string, string> } = {};
    for (let extensions = 0; ; extensions += 1) {
      if (extensions > MAX_EXTENSIONS) throw new ArchiveError('it has too many extended headers');
      await this.#skip();
      const header = readHeader(await this.#take(BLOCK));
      if (header === undefined) {
        await this.#drain();
        return undefined;
      }
      switch (header.flag) {
        case 'x':
          before.records = readRecords(await this.#extension(header));
          break;
        case 'g':
          // For the complete archive: comments, in practice.
          await this.#extension(header);
          break;
        case 'L':
          before.name = longName(await this.#extension(header));
          break;
        case 'K':
          before.linkname = longName(await this.#extension(header));
          break;
        default: {
          const { name = header.name, linkname = header.linkname, records = new Map() } = before;
          return await this.#begin(withRecords({ ...header, name, linkname }, records));
        }
      }
    }
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#left === 0) return undefined;
    const piece = await this.#some(this.#left);
    this.#left -= piece.length;
    return piece;
  }

  async #begin(header: RawHeader): Promise<ArchiveEntry> {
    let more = header.isExtended;
    for (let blocks = 0; more; blocks += 1) {
      if (blocks > MAX_MAP_BLOCKS) throw new ArchiveError("a sparse file's map is too long");
      more = isMapFollowed(await this.#take(BLOCK));
    }
    this.#left = hasContent(header.flag) ? header.size : 0;
    this.#padding = padding(this.#left);
    const { name, mode, mtime, linkname } = header;
    return { name, mode, mtime, linkname, type: typeOf(header), size: this.#left };
  }

  async #extension(header: RawHeader): Promise<Buffer> {
    checkExtended(header);
    this.#padding = padding(header.size);
    return await this.#take(header.size);
  }

  /** Skips the rest of an entry. */
  async #skip(): Promise<void> {
    let count = this.#left + this.#padding;
    this.#left = 0;
    this.#padding = 0;
    while (count > 0) count -= (await this.#some(count)).length;
  }

  /** Some bytes, at most `most`. */
  async #some(most: number): Promise<Buffer> {
    if (this.#chunk.length === 0) await this.#fill();
    const piece = this.#chunk.subarray(0, most);
    this.#chunk = this.#chunk.subarray(piece.length);
    return piece;
  }

  /** Exactly this number of bytes, in one piece. */
  async #take(count: number): Promise<Buffer> {
    if (this.#chunk.length >= count) return await this.#some(count);
    const pieces: Buffer[] = [];
    for (let left = count; left > 0;) {
      const piece = await this.#some(left);
      pieces.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(pieces, count);
  }

  async #fill(): Promise<void> {
    while (this.#chunk.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) throw new ArchiveError('it ends too early');
      this.#chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length);
    }
  }

  /** Reads the padding of the last record of an archive. */
  async #drain(): Promise<void> {
    this.#chunk = Buffer.alloc(0);
    while ((await this.#source.next()).done !== true);
  }
}
