/**
 * Characters that a terminal obeys or hides instead of showing: controls (C0, DEL, C1), format characters
 * (bidirectional marks, zero-width joiners, soft hyphens, tags), line and paragraph separators, halves of surrogate
 * pairs, and all else that Unicode calls ignorable by default.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The same, but for the newline and tab that text of several lines may keep. */
const UNSHOWN_IN_TEXT = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes every character visible that a terminal would obey or hide, so that text from a cluster can be shown in one
 * line: an escape becomes `\x1b`, a newline `\n`, a right-to-left override `\u202e` (CVE-2021-25743).
 */
export function sanitise(text: string): string {
  return text.replace(UNSHOWN, visible);
}

/** As `sanitise`, but keeps newlines (CRLF becomes one) and tabs, for text shown as a block. */
export function sanitiseText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSHOWN_IN_TEXT, visible);
}

/** As `sanitise`, and cuts what is longer than `limit` characters; the cut is marked. */
export function sanitiseShort(text: string, limit: number): string {
  // The escape forms are at most ten characters long, so nothing past the limit can come into the result.
  const safe = sanitise(text.slice(0, limit + 1));
  return safe.length > limit ? `${safe.slice(0, limit)}…` : safe;
}

function visible(character: string): string {
  const short = SHORT[character];
  if (short !== undefined) return short;
  const point = character.codePointAt(0) ?? 0;
  if (point <= 0xff) return `\\x${hex(point, 2)}`;
  return point <= 0xffff ? `\\u${hex(point, 4)}` : `\\u{${hex(point, 1)}}`;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}
