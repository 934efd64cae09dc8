import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findProgram } from '../runtimes/simulated/shell/programs/index.ts';
import { FAULT_POINTS } from './points.ts';

const PAGE = readFileSync(new URL('../../../../docs/sandbox.md', import.meta.url), 'utf8');

/** The cells of a row of the page, by the code in its first cell. */
function row(name: string): string[] | undefined {
  const line = PAGE.split('\n').find((text) => new RegExp(`^\\| \`${name}\` +\\|`).test(text));
  return line?.split('|').map((cell) => cell.trim());
}

for (const [name, { about, actions, after }] of Object.entries(FAULT_POINTS)) {
  test(`docs/sandbox.md describes the point ${name} correctly`, () => {
    const codes = (words: readonly string[]): string => words.map((word) => `\`${word}\``).join(', ');
    assert.deepEqual(row(name)?.slice(2, 5), [about, codes(actions), codes(after)]);
  });
}

test('docs/sandbox.md describes every action', () => {
  const kinds = new Set(Object.values(FAULT_POINTS).flatMap(({ actions }) => actions as readonly string[]));
  for (const kind of kinds) assert.ok(row(kind) !== undefined, kind);
});

test('docs/sandbox.md lists only existing simulated programs', () => {
  const [, list = ''] = /if it is one of the simulated programs: ([^;]*);/.exec(PAGE) ?? [];
  const names = [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
  assert.ok(names.length > 20);
  for (const name of names) assert.ok(findProgram(name) !== undefined, name);
});
