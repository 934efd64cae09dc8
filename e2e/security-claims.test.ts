// Every claim in SECURITY.md refers to an existing test.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';

const root = new URL('../', import.meta.url);
const text = readFileSync(new URL('SECURITY.md', root), 'utf8');
const claims = text
  .split('\n')
  .filter((line) => /^\| (?!claim|-)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('claims in SECURITY.md', () => {
  test('exist', () => assert.ok(claims.length >= 20));

  for (const [, claim = '', proof = ''] of claims) {
    test(claim, () => {
      const [, file = '', name = ''] = /^`([^`]+)`: (.+)$/.exec(proof) ?? [];
      assert.notEqual(name, '', 'FILE: NAME');
      assert.ok(readFileSync(new URL(file, root), 'utf8').includes(name), `${file} has no test "${name}"`);
    });
  }
});
