import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderReference } from './reference.ts';

test('docs/reference.md is up to date (node scripts/reference.mjs generates it)', () => {
  const page = readFileSync(new URL('../../../../../docs/reference.md', import.meta.url), 'utf8');
  assert.equal(page, renderReference());
});
