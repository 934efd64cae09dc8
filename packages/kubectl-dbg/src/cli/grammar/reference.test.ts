import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderReference } from './reference.ts';

test('docs/reference.md is what the table of flags says (node scripts/reference.mjs writes it)', () => {
  const page = readFileSync(new URL('../../../../../docs/reference.md', import.meta.url), 'utf8');
  assert.equal(page, renderReference());
});
