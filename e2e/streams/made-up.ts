const LF = 0x0a;
const CR = 0x0d;

/** A stream of bytes that is the same each time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/**
 * Bytes in place of random ones that were not recorded in full: as many, with as many newlines and as many carriage
 * returns before them, and with the last byte as it was.
 */
export function madeUpBytes(options: {
  seed: number;
  bytes: number;
  newlines: number;
  returns: number;
  endsLine: boolean;
  /** Positions after which a line must have ended, since the log had come so far. */
  lineEnds?: readonly number[];
}): Buffer {
  const next = generator(options.seed);
  const data = Buffer.alloc(options.bytes);
  for (let at = 0; at < data.length; at += 1) {
    do data[at] = next() & 0xff;
    while (data[at] === LF || data[at] === CR);
  }
  let newlines = options.newlines;
  let returns = options.returns;
  if (options.endsLine && data.length > 0) {
    data[data.length - 1] = LF;
    newlines -= 1;
  }
  for (const end of options.lineEnds ?? []) {
    if (newlines === 0 || end < 2 || end >= data.length) continue;
    data[end - 1] = LF;
    newlines -= 1;
  }
  while (newlines > 0 && data.length > 8 * options.newlines) {
    const at = 1 + (next() % (data.length - 2));
    if (data[at] === LF || data[at - 1] === LF || data[at + 1] === LF || data[at + 1] === CR) continue;
    if (data[at] === CR) continue;
    if (returns > 0) {
      data[at - 1] = CR;
      returns -= 1;
    }
    data[at] = LF;
    newlines -= 1;
  }
  return data;
}

/** The log's form: without one carriage return before each newline. */
export function logForm(data: Buffer): Buffer {
  return Buffer.from(data.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
