import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readDeclaredCodes, renderDeclaredCodes } from '../../testing/failure-codes.ts';
import { ROOMS } from './words-of.ts';

/** Its failures are met with their words. */
const OWN_WORDS = new Set(['command-line']);

test('docs/failures.md is what the types say (node scripts/failures.mjs writes it)', () => {
  const page = readFileSync(new URL('../../../../../docs/failures.md', import.meta.url), 'utf8');
  assert.equal(page, renderDeclaredCodes());
});

test('each code has an entry in one table of words, and no table has another', async () => {
  const rooms = readDeclaredCodes();
  const known = (await Promise.all(ROOMS.map(async (load) => Object.keys((await load()).sayings)))).flat();
  const declared = rooms
    .filter(({ name }) => !OWN_WORDS.has(name))
    .flatMap(({ codes }) => codes.map(({ code }) => code));
  assert.ok(declared.length > 100, `${declared.length} codes are read`);
  assert.deepEqual(known.toSorted(), declared.toSorted());
});

test('codes are CamelCase, each is declared once, and its meaning is a sentence', () => {
  const all = readDeclaredCodes().flatMap(({ codes }) => codes);
  assert.equal(new Set(all.map(({ code }) => code)).size, all.length);
  for (const { code, meaning } of all) {
    assert.match(code, /^[A-Z][A-Za-z]+$/);
    assert.match(meaning, /^[A-Z].*\.$/, code);
  }
});
