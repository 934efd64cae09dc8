/** One record of comma-separated values, or the error in Go's words (encoding/csv). */
export type CsvRecord = { fields: string[] } | { error: string };

/**
 * Parses the first line of `text` as comma-separated values, like Go's `encoding/csv` with its defaults: a quoted field
 * may contain commas, line breaks and doubled quotes; a quote inside an unquoted field is an error. Everything after the
 * first record is ignored, as in pflag.
 */
export function readCsv(text: string): CsvRecord {
  if (text === '') return { error: 'EOF' };
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if ('error' in field) return field;
    fields.push(field.value);
    if (text[field.end] !== ',') return { fields };
    at = field.end + 1;
  }
}

type Field = { value: string; end: number } | { error: string };

function plainField(text: string, start: number): Field {
  let end = start;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n') {
    if (text[end] === '"') return { error: parseError(end + 1, 'bare " in non-quoted-field') };
    end++;
  }
  const value = text.slice(start, end);
  return { value: value.endsWith('\r') && end < text.length ? value.slice(0, -1) : value, end };
}

function quotedField(text: string, start: number): Field {
  let value = '';
  let at = start + 1;
  for (;;) {
    const close = text.indexOf('"', at);
    if (close < 0) return { error: parseError(text.length + 1, 'extraneous or missing " in quoted-field') };
    value += text.slice(at, close);
    at = close + 1;
    if (text[at] === '"') {
      value += '"';
      at++;
    } else if (at >= text.length || text[at] === ',' || text[at] === '\n') {
      return { value, end: at };
    } else {
      return { error: parseError(close + 1, 'extraneous or missing " in quoted-field') };
    }
  }
}

function parseError(column: number, what: string): string {
  return `parse error on line 1, column ${column}: ${what}`;
}
