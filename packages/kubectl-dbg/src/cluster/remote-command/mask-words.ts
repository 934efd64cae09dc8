// Replaces the native module that ws uses for masking if it is installed (scripts/build.mjs): masks four bytes at a time,
// which is many times as fast as ws's own loop over bytes.

const WORD = 4;

/** Masks `length` bytes of `source` into `output` from `offset` on. */
export function mask(
  source: Uint8Array,
  key: Uint8Array,
  output: Uint8Array,
  offset: number,
  length: number,
): void {
  const target = output.subarray(offset, offset + length);
  // Copied first if it is not aligned for reads and writes of words: a long message's data is offset by two bytes.
  const isAligned = source.byteOffset % WORD === 0 && target.byteOffset % WORD === 0;
  if (!isAligned) target.set(source.subarray(0, length));
  const from = isAligned ? source : target;
  const head = Math.min((WORD - (target.byteOffset % WORD)) % WORD, length);
  const words = Math.floor((length - head) / WORD);
  maskBytes(from, key, target, 0, head);
  if (words > 0) maskWords(from, turned(key, head), target, head, words);
  maskBytes(from, key, target, head + words * WORD, length);
}

function maskBytes(from: Uint8Array, key: Uint8Array, to: Uint8Array, start: number, end: number): void {
  for (let index = start; index < end; index += 1) to[index] = (from[index] ?? 0) ^ (key[index % WORD] ?? 0);
}

function maskWords(from: Uint8Array, key: Uint8Array, to: Uint8Array, start: number, count: number): void {
  const read = new Uint32Array(from.buffer, from.byteOffset + start, count);
  const written = new Uint32Array(to.buffer, to.byteOffset + start, count);
  // In the byte order of this machine, like the data.
  const [word = 0] = new Uint32Array(key.buffer);
  for (let index = 0; index < count; index += 1) written[index] = (read[index] ?? 0) ^ word;
}

/** The key, rotated to its byte `start`. */
function turned(key: Uint8Array, start: number): Uint8Array {
  return Uint8Array.from({ length: WORD }, (_, index) => key[(start + index) % WORD] ?? 0);
}

/** Removes the mask, in place. */
export function unmask(buffer: Uint8Array, key: Uint8Array): void {
  mask(buffer, key, buffer, 0, buffer.length);
}
