import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { CATALOGUE, WITHOUT_RULE } from './catalogue.ts';
import { renderDiagnosisDocs } from './docs.ts';
import { rulePages } from './rules/index.ts';

const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url));
/** The formatter pads tables. */
const words = (text: string) => text.replaceAll(/[\s-]+/g, ' ').trim();

test('docs/diagnosis and the coverage report are up to date (node scripts/diagnosis-docs.mjs generates them)', () => {
  const pages = renderDiagnosisDocs();
  for (const [file, text] of Object.entries(pages)) {
    assert.equal(words(readFileSync(`${docs}${file}`, 'utf8')), words(text), file);
  }
  const wanted = Object.keys(pages).flatMap((file) =>
    file.startsWith('diagnosis/') ? [file.slice('diagnosis/'.length)] : [],
  );
  assert.deepEqual(readdirSync(`${docs}diagnosis`).sort(), wanted.sort());
});

test('each entry of the catalogue has a rule or a reason', () => {
  const ids = rulePages().map(({ id }) => id);
  assert.deepEqual(
    CATALOGUE.filter((id) => !ids.includes(id)),
    Object.keys(WITHOUT_RULE),
  );
});
