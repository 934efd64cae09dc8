import type { Report, TargetResult } from '../model/report.ts';

const COLUMNS = [
  'namespace',
  'pod',
  'uid',
  'container',
  'node',
  'owner',
  'class',
  'exitCode',
  'signal',
  'reason',
  'message',
  'bytes',
  'lines',
  'sha256',
  'truncated',
  'milliseconds',
  'outputFile',
  'output',
] as const satisfies readonly (keyof TargetResult)[];

/** The maximum for a cell of a spreadsheet (32,767 characters), with room for a quote. */
const MAX_CELL = 32_000;

/** CSV (RFC 4180) with a header. No cell is a formula for a spreadsheet, whatever a container printed. */
export function toCsv(report: Report): string {
  const rows = report.results.map((result) => COLUMNS.map((column) => cell(result[column])).join(','));
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = value.length > MAX_CELL ? `${value.slice(0, MAX_CELL)}…` : value;
  // Spreadsheets execute text that begins like a formula, even after white space and control characters; a quote makes it
  // text.
  const safe = /^[\s\p{Cc}\p{Cf}]*[=+\-@\t\r|%＝＋－＠]/u.test(text) ? `'${text}` : text;
  const clean = safe.replace(/[^\P{Cc}\t\n\r]|\p{Cs}/gu, '\ufffd');
  return /[",\r\n]/.test(clean) ? `"${clean.replaceAll('"', '""')}"` : clean;
}
