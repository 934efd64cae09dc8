/** The one warning code that Kubernetes uses: "miscellaneous persistent warning". Source: RFC 7234, section 5.5. */
const PERSISTENT = '299';

/**
 * Takes Warning headers apart: `code agent "text" ["date"]`, separated by commas, several in a header. Gives the texts
 * of code 299 in order; what is malformed is left out, up to the next one that can be read.
 */
export function parseWarnings(header: string): string[] {
  const texts: string[] = [];
  let at = 0;
  while (at < header.length) {
    const head = /[\s,]*(\d{3})[ \t]+([^\s",]+)[ \t]+"/y;
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

/** The rest of a quoted string whose opening mark stands before `at`; undefined if it never closes. */
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

/** The place after the next comma outside of quotes (a date may stand in some). */
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
