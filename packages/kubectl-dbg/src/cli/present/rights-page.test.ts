import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { rightsPage } from './rights-page.ts';

const file = fileURLToPath(new URL('../../../../../docs/rights.md', import.meta.url));
/** The formatter pads tables. */
const words = (text: string) => text.replaceAll(/[\s-]+/g, ' ').trim();

test('docs/rights.md is up to date (node scripts/diagnosis-docs.mjs generates it)', () => {
  assert.equal(words(readFileSync(file, 'utf8')), words(rightsPage()));
});
