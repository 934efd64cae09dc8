/**
 * Characters that a terminal interprets or hides instead of showing: controls (C0, DEL, C1), format characters
 * (bidirectional marks, zero-width joiners, soft hyphens, tags), line and paragraph separators, lone surrogates, and
 * everything else that Unicode calls ignorable by default.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** The same, except newline and tab, which multi-line text may contain. */
const UNSHOWN_IN_TEXT = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Escapes characters in the output of JSON.stringify or a YAML writer that a terminal would interpret or hide, except the
 * newlines and tabs of the format itself. JSON escapes are UTF-16 units; YAML uses complete characters (`\\U` and eight
 * digits).
 */
export function escapeHidden(text: string, format: 'json' | 'yaml'): string {
  return text.replace(UNSHOWN_IN_TEXT, (character) => {
    const point = character.codePointAt(0) ?? 0;
    if (point <= 0xffff) return `\\u${hex(point, 4)}`;
    if (format === 'yaml') return `\\U${hex(point, 8)}`;
    return [0, 1].map((unit) => `\\u${hex(character.charCodeAt(unit), 4)}`).join('');
  });
}

/** Whether text contains a character that `escapeHidden` escapes. */
export function hidesSomething(text: string): boolean {
  return text.search(UNSHOWN_IN_TEXT) >= 0;
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Makes every character visible that a terminal would interpret or hide, so that text from a cluster can be shown in one
 * line: an escape becomes `\x1b`, a newline `\n`, a right-to-left override `\u202e` (CVE-2021-25743).
 */
export function sanitise(text: string): string {
  return text.replace(UNSHOWN, visible);
}

/** Like `sanitise`, but keeps newlines (CRLF becomes one) and tabs, for text shown as a block. */
export function sanitiseText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(UNSHOWN_IN_TEXT, visible);
}

/** Like `sanitise`, and truncates text longer than `limit` characters, with a mark. */
export function sanitiseShort(text: string, limit: number): string {
  // The escapes are at most ten characters long, so nothing beyond the limit can get into the result.
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
