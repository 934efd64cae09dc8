/** The only warning code that Kubernetes uses: "miscellaneous persistent warning". Source: RFC 7234, section 5.5. */
const PERSISTENT = '299';

const SEPARATORS: ReadonlySet<string> = new Set([' ', '\t', ',']);

/** The API server sends a handful; further ones are not shown. */
const MOST_WARNINGS = 100;

/**
 * Parses Warning headers: `code agent "text" ["date"]`, separated by commas, several in a header. Returns the texts of
 * code 299 in order; malformed parts are skipped up to the next valid one.
 */
export function parseWarnings(header: string): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at < header.length && texts.length < MOST_WARNINGS) {
    // Parsed by hand: a backtracking regular expression would take quadratic time for a header full of commas.
    if (SEPARATORS.has(header[at] ?? '')) {
      at += 1;
      continue;
    }
    const head = /(\d{3})[ \t]+([^\s",]+)[ \t]+"/y;
    head.lastIndex = at;
    const match = head.exec(header);
    if (match === null) {
      at = nextComma(header, at);
      continue;
    }
    const text = quoted(header, head.lastIndex);
    if (text === undefined) return texts;
    if (match[1] === PERSISTENT) texts.push(text.value);
    at = nextComma(header, text.end);
  }
  return texts;
}

/** The rest of a quoted string whose opening quote is before `at`; undefined if it is never closed. */
function quoted(header: string, at: number): { value: string; end: number } | undefined {
  let value = '';
  for (let index = at; index < header.length; index += 1) {
    const character = header[index];
    if (character === '"') return { value, end: index + 1 };
    if (character === '\\') {
      index += 1;
      if (index >= header.length) return undefined;
    }
    value += header[index];
  }
  return undefined;
}

/** The position after the next comma outside quotes (a date may contain one). */
function nextComma(header: string, at: number): number {
  for (let index = at; index < header.length; index += 1) {
    if (header[index] === ',') return index + 1;
    if (header[index] === '"') {
      const skipped = quoted(header, index + 1);
      if (skipped === undefined) return header.length;
      index = skipped.end - 1;
    }
  }
  return header.length;
}
