import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readDeclaredCodes, renderDeclaredCodes } from '../../testing/failure-codes.ts';
import { ROOMS } from './words-of.ts';

/** These failures contain their own texts. */
const OWN_WORDS = new Set(['command-line']);

test('docs/failures.md is up to date (node scripts/failures.mjs generates it)', () => {
  const page = readFileSync(new URL('../../../../../docs/failures.md', import.meta.url), 'utf8');
  assert.equal(page, renderDeclaredCodes());
});

test('each code has an entry in exactly one table of messages, and there are no other entries', async () => {
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
