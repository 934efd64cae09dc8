// Writes docs/reports/fault-matrix.md from files of results; if several contain a cell, the last one counts.
import { readFile, writeFile } from 'node:fs/promises';
import { INJECTIONS } from './injections.ts';
import { type CellResult, tableOf } from './table.ts';

const files = process.argv.slice(2);
const results = new Map<string, CellResult>();
for (const file of files) {
  for (const result of JSON.parse(await readFile(file, 'utf8')) as CellResult[]) {
    const on = result.pty === true ? 'pty' : '';
    results.set(`${result.workflow}, ${result.shape}${on}: ${result.name}`, result);
  }
}
const names = INJECTIONS.map(({ name }) => name);
await writeFile(
  new URL('../../docs/reports/fault-matrix.md', import.meta.url),
  tableOf([...results.values()], names),
);
