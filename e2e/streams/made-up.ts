const LF = 0x0a;
const CR = 0x0d;

/** Reproducible random bytes (mulberry32). */
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
 * Substitutes for random bytes that were not recorded completely: with the same length, the same number of newlines and of
 * carriage returns before them, and the same last byte.
 */
export function madeUpBytes(options: {
  seed: number;
  bytes: number;
  newlines: number;
  returns: number;
  endsLine: boolean;
  /** Positions at which a line must end, because the log had reached them. */
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

/** The form in the log: without one carriage return before each newline. */
export function logForm(data: Buffer): Buffer {
  return Buffer.from(data.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}
