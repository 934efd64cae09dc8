/** The position of the log's end in attach's bytes. */
export interface Alignment {
  /** How many of attach's bytes (from the first kept one) the log has. */
  consumed: number;
  /** How many bytes were compared and found equal. */
  overlap: number;
}

/** Fewer equal bytes than this prove nothing: an empty line, the end of a line that was missed. */
export const TELLING = 4;

/** Two positions are as good as many: the text alone does not decide. */
const ENOUGH = 2;

/**
 * All positions (up to two) of the log's end in attach's bytes, with at least one byte in common. Both must be in the
 * log's form. `whole` means that `attach` begins with attach's very first byte, so the log may also end within or before
 * its beginning.
 */
export function align(log: Buffer, attach: Buffer, whole: boolean): Alignment[] {
  const found: Alignment[] = [];
  if (log.length === 0) return found;
  for (let at = attach.indexOf(log); at !== -1 && found.length < ENOUGH; at = attach.indexOf(log, at + 1)) {
    found.push({ consumed: at + log.length, overlap: log.length });
  }
  if (!whole) return found;
  for (const length of borders(attach.subarray(0, Math.max(0, log.length - 1)), log)) {
    if (found.length >= ENOUGH) break;
    found.push({ consumed: length, overlap: length });
  }
  return found;
}

/** Lengths (longest first) of the prefixes of `pattern` that are suffixes of `text`. Knuth, Morris and Pratt. */
export function borders(pattern: Buffer, text: Buffer): number[] {
  const failure = new Int32Array(pattern.length + 1);
  for (let at = 1, length = 0; at < pattern.length; at += 1) {
    while (length > 0 && pattern[at] !== pattern[length]) length = failure[length] ?? 0;
    if (pattern[at] === pattern[length]) length += 1;
    failure[at + 1] = length;
  }
  let matched = 0;
  for (const byte of text) {
    if (matched === pattern.length) matched = failure[matched] ?? 0;
    while (matched > 0 && byte !== pattern[matched]) matched = failure[matched] ?? 0;
    if (pattern.length > 0 && byte === pattern[matched]) matched += 1;
  }
  const lengths: number[] = [];
  for (let length = matched; length > 0; length = failure[length] ?? 0) lengths.push(length);
  return lengths;
}

/** Whether the log's last bytes equal attach's bytes before `consumed`, as far as both are kept. */
export function endsAlike(log: Buffer, attach: Buffer, consumed: number): boolean {
  const length = Math.min(log.length, consumed);
  return log.subarray(log.length - length).equals(attach.subarray(consumed - length, consumed));
}

/**
 * Whether the end of the compared text occurs elsewhere too, in the log or in attach, so that only time and count can
 * decide. Half of it is searched for: the complete text could not occur elsewhere if no more is kept.
 */
export function isRepetitive(log: Buffer, attach: Buffer, consumed: number): boolean {
  const compared = Math.min(log.length, consumed);
  const length = compared < 2 * TELLING ? compared : compared >> 1;
  const place = consumed - length;
  const common = attach.subarray(place, consumed);
  return (
    log.indexOf(common) !== log.length - length ||
    attach.indexOf(common) !== place ||
    attach.lastIndexOf(common) !== place
  );
}
