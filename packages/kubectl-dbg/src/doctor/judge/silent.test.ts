import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceOf, targetOf } from '../fixtures/build.ts';
import { OTHER_CONTAINER, REMARKS, SILENT } from '../fixtures/silent.ts';
import { judge } from './judge.ts';

for (const { what, scene } of SILENT) {
  test(`reports nothing about ${what}`, () => {
    const { verdict, findings } = judge(targetOf(scene), evidenceOf(scene));
    assert.deepEqual(findings, []);
    assert.equal(verdict, 'ok');
  });
}

for (const { what, scene } of REMARKS) {
  test(`only a note about ${what}`, () => {
    assert.equal(judge(targetOf(scene), evidenceOf(scene)).verdict, 'ok');
  });
}

test('a kill by the probe of another container is not the explanation', () => {
  const ids = judge(targetOf(OTHER_CONTAINER), evidenceOf(OTHER_CONTAINER)).findings.map(({ id }) => id);
  assert.deepEqual(ids, ['K8']);
});
