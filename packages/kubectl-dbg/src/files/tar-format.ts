// The blocks of a tar archive, in the formats of POSIX.1-2001 (ustar, pax) and GNU tar.

export const BLOCK = 512;

/** Maximum size of an extended header: names have at most 4 KiB on any system, and there are few attributes. */
const MAX_EXTENDED = 1024 * 1024;

/** An entry of an archive, from its headers. Untrusted. */
export interface ArchiveEntry {
  name: string;
  type: EntryType;
  mode: number;
  mtime: Date;
  /** Size of its content; 0 for types without content. */
  size: number;
  /** Target of a link. */
  linkname: string;
}

export type EntryType = 'file' | 'link' | 'symlink' | 'directory' | 'sparse' | 'other';

/** One header, before extended headers are applied. */
export interface RawHeader extends Omit<ArchiveEntry, 'type'> {
  /** The letter of its type; `\0` in archives of the oldest format. */
  flag: string;
  /** GNU's older sparse format: blocks with the file's map follow. */
  isExtended: boolean;
}

/** An archive that violates its format. */
export class ArchiveError extends Error {}

const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  linkname: [157, 100],
  magic: [257, 8],
  prefix: [345, 155],
} as const;
const FLAG_AT = 156;
const SPARSE_EXTENDED_AT = 482;
/** Offset of the flag in an older sparse map that says that another block follows. */
const SPARSE_AGAIN_AT = 504;

type Field = keyof typeof FIELDS;

/** Parses a header; undefined for a block of zeros, which ends an archive. */
export function readHeader(block: Buffer): RawHeader | undefined {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += block[at] ?? 0;
  if (sum === 0) return undefined;
  const [start, length] = FIELDS.checksum;
  for (let at = start; at < start + length; at += 1) sum += 0x20 - (block[at] ?? 0);
  if (numberIn(block, 'checksum') !== sum) throw new ArchiveError('a header has a wrong checksum');
  const flag = String.fromCharCode(block[FLAG_AT] ?? 0);
  // GNU's own magic: other fields are at the position of the name's prefix.
  const isPosix = textIn(block, 'magic') === 'ustar';
  const prefix = isPosix ? textIn(block, 'prefix') : '';
  const name = textIn(block, 'name');
  const size = numberIn(block, 'size');
  if (!Number.isSafeInteger(size) || size < 0) throw new ArchiveError('a header has no size');
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    flag,
    mode: numberIn(block, 'mode') & 0o7777,
    mtime: dateOf(numberIn(block, 'mtime')),
    size,
    linkname: textIn(block, 'linkname'),
    isExtended: flag === 'S' && block[SPARSE_EXTENDED_AT] !== 0,
  };
}

/** Whether a block of an older sparse map is followed by another. */
export function isMapFollowed(block: Buffer): boolean {
  return block[SPARSE_AGAIN_AT] !== 0;
}

export function typeOf({ flag, name }: Pick<RawHeader, 'flag' | 'name'>): EntryType {
  switch (flag) {
    case '\0':
    case '0':
    case '7':
      return name.endsWith('/') ? 'directory' : 'file';
    case '1':
      return 'link';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    case 'S':
      return 'sparse';
    default:
      return 'other';
  }
}

/**
 * Whether a header is followed by content of its size; links, directories and devices have none, whatever the header
 * says.
 */
export function hasContent(flag: string): boolean {
  return !['1', '2', '3', '4', '5', '6'].includes(flag);
}

/** Parses the records of a pax header: `LENGTH KEY=VALUE`, each in a line of LENGTH bytes. */
export function readRecords(data: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const length = space < 0 ? NaN : wholeNumber(data.toString('latin1', at, space));
    const end = at + length;
    const equals = data.indexOf(0x3d, space);
    if (!(end <= data.length) || data[end - 1] !== 0x0a || equals < 0 || equals >= end)
      throw new ArchiveError('an extended header is malformed');
    records.set(data.toString('utf8', space + 1, equals), data.toString('utf8', equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** A header with the records of the preceding pax header applied. */
export function withRecords(header: RawHeader, records: ReadonlyMap<string, string>): RawHeader {
  const size = records.get('size');
  const mtime = Number(records.get('mtime') ?? NaN);
  const merged = {
    ...header,
    name: records.get('path') ?? header.name,
    linkname: records.get('linkpath') ?? header.linkname,
    size: size === undefined ? header.size : wholeNumber(size),
    mtime: Number.isNaN(mtime) ? header.mtime : dateOf(mtime),
  };
  if (Number.isNaN(merged.size)) throw new ArchiveError('an extended header has no size');
  const isSparse = [...records.keys()].some((key) => key.startsWith('GNU.sparse.'));
  return isSparse ? { ...merged, name: records.get('GNU.sparse.name') ?? merged.name, flag: 'S' } : merged;
}

/** Throws for an extended header of unreasonable size. */
export function checkExtended({ size }: RawHeader): void {
  if (size > MAX_EXTENDED) throw new ArchiveError('an extended header is too large');
}

/** The text of a long name, as GNU tar writes it. */
export function longName(data: Buffer): string {
  const end = data.indexOf(0);
  return data.toString('utf8', 0, end < 0 ? data.length : end);
}

/** The content of a header to be written. */
export interface NewHeader {
  name: string;
  type: 'file' | 'symlink' | 'directory';
  mode: number;
  /** In seconds. */
  mtime: number;
  size?: number;
  linkname?: string;
  uid?: number;
  gid?: number;
}

const FLAGS = { file: '0', symlink: '2', directory: '5' } as const;

/**
 * A header in GNU's format, which every tar reads, including busybox's: names that are too long are in a preceding
 * header.
 */
export function makeHeader(header: NewHeader): Buffer {
  const name = header.type === 'directory' ? `${header.name}/` : header.name;
  const { linkname = '' } = header;
  return Buffer.concat([
    ...(Buffer.byteLength(linkname) > FIELDS.linkname[1] ? [longHeader('K', linkname)] : []),
    ...(Buffer.byteLength(name) > FIELDS.name[1] ? [longHeader('L', name)] : []),
    headerBlock({ ...header, name, linkname, flag: FLAGS[header.type] }),
  ]);
}

/** The number of bytes that fill the last block. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function longHeader(flag: 'K' | 'L', text: string): Buffer {
  const content = Buffer.from(`${text}\0`);
  const block = headerBlock({ name: '././@LongLink', mode: 0, mtime: 0, size: content.length, flag });
  return Buffer.concat([block, content, Buffer.alloc(padding(content.length))]);
}

function headerBlock({
  name,
  mode,
  mtime,
  size = 0,
  linkname = '',
  uid = 0,
  gid = 0,
  flag,
}: Omit<NewHeader, 'type'> & { flag: string }): Buffer {
  const block = Buffer.alloc(BLOCK);
  // Longer ones are truncated here, and in a preceding header.
  block.write(name, ...FIELDS.name);
  putNumber(block, 'mode', mode);
  putNumber(block, 'uid', uid);
  putNumber(block, 'gid', gid);
  putNumber(block, 'size', size);
  putNumber(block, 'mtime', mtime);
  block.write(flag, FLAG_AT, 'latin1');
  block.write(linkname, ...FIELDS.linkname);
  block.write('ustar  \0', ...FIELDS.magic);
  const [at, length] = FIELDS.checksum;
  block.fill(0x20, at, at + length);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, at, 'latin1');
  return block;
}

/** In octal digits; in base 256 if they don't fit, as in GNU tar. */
function putNumber(block: Buffer, field: Field, value: number): void {
  const [at, length] = FIELDS[field];
  if (value >= 0 && value < 8 ** (length - 1)) {
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
    return;
  }
  let rest = BigInt(value);
  for (let index = length - 1; index >= 0; index -= 1) {
    block[at + index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  block[at] = (block[at] ?? 0) | 0x80;
}

/** NaN if it is not a number. */
function numberIn(block: Buffer, field: Field): number {
  const [at, length] = FIELDS[field];
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = BigInt.asIntN(7, BigInt(first & 0x7f));
    for (let index = 1; index < length; index += 1) value = (value << 8n) | BigInt(block[at + index] ?? 0);
    return Number(value);
  }
  const digits = block
    .toString('latin1', at, at + length)
    .replace(/\0.*$/s, '')
    .trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
}

function textIn(block: Buffer, field: Field): string {
  const [at, length] = FIELDS[field];
  const end = block.indexOf(0, at);
  return block.toString('utf8', at, end < 0 || end > at + length ? at + length : end);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : NaN;
}

/** The epoch for an invalid time, or one that a file can't have. */
function dateOf(seconds: number): Date {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}
