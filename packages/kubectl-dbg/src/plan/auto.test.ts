import assert from 'node:assert/strict';
import { test } from 'node:test';
import { autoCandidates } from './auto.ts';
import type { Workflow } from '../model/plan.ts';

const ENFORCE = 'pod-security.kubernetes.io/enforce';

for (const [workflow, labels, profiles] of [
  ['ephemeral', {}, ['general', 'baseline', 'restricted']],
  ['copy', { [ENFORCE]: 'privileged' }, ['general', 'baseline', 'restricted']],
  ['node', {}, ['sysadmin', 'general', 'baseline', 'restricted']],
  ['ephemeral', { [ENFORCE]: 'baseline' }, ['baseline', 'restricted']],
  ['node', { [ENFORCE]: 'baseline' }, ['baseline', 'restricted']],
  ['ephemeral', { [ENFORCE]: 'restricted' }, ['restricted']],
] as [Workflow, Record<string, string>, string[]][]) {
  test(`auto tries ${profiles.join(', ')} for ${workflow} in a namespace with ${JSON.stringify(labels)}`, () => {
    const candidates = autoCandidates(workflow, labels);
    assert.deepEqual(
      candidates.map(({ profile }) => profile),
      profiles,
    );
    // Only the most privileged profile has no cost.
    for (const [index, { cost }] of candidates.entries()) {
      assert.equal(
        cost === undefined,
        index === 0 && labels[ENFORCE] !== 'baseline' && labels[ENFORCE] !== 'restricted',
      );
    }
  });
}
