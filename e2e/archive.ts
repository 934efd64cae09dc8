// Just enough tar and zip to extract one file from an archive in memory.
import { inflateRawSync } from 'node:zlib';

/** Block size of tar archives. */
const TAR_BLOCK = 512;

/** The content of the entry `name` in an uncompressed tar archive. Throws if there is none. */
export function tarEntry(archive: Buffer, name: string): Buffer {
  for (let at = 0; at + TAR_BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + TAR_BLOCK);
    const size = Number.parseInt(textField(header, 124, 12).trim() || '0', 8);
    if (textField(header, 0, 100) === name) return archive.subarray(at + TAR_BLOCK, at + TAR_BLOCK + size);
    at += TAR_BLOCK + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  throw new Error(`the tar archive has no ${name}`);
}

function textField(header: Buffer, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

const END_OF_DIRECTORY = Buffer.from('PK\x05\x06', 'latin1');
const DIRECTORY_ENTRY_BYTES = 46;
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

/** The content of the entry `name` in a zip archive (stored or deflated). Throws if there is none. */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(END_OF_DIRECTORY);
  if (end < 0) throw new Error('not a zip archive');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = archive.readUInt16LE(at + 28);
    const entryName = archive.toString(
      'utf8',
      at + DIRECTORY_ENTRY_BYTES,
      at + DIRECTORY_ENTRY_BYTES + nameLength,
    );
    if (entryName === name) return zipContent(archive, at);
    at += DIRECTORY_ENTRY_BYTES + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the zip archive has no ${name}`);
}

function zipContent(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  const start =
    local + LOCAL_HEADER_BYTES + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const data = archive.subarray(start, start + size);
  if (method === STORED) return data;
  if (method === DEFLATED) return inflateRawSync(data);
  throw new Error(`zip method ${method} is not supported`);
}
