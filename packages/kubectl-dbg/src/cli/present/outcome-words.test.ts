import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import type { Outcome } from '../../model/outcome.ts';
import { outcomeWords } from './outcome-words.ts';

const rows: [outcome: Outcome, words: string | undefined][] = [
  [{ kind: 'exited', code: 3 }, undefined],
  [{ kind: 'exited', code: 3, reason: 'Deleted' }, undefined],
  [{ kind: 'signalled', signal: 9 }, undefined],
  [
    { kind: 'signalled', signal: 9, reason: 'OOMKilled' },
    'the debug container was terminated by signal 9 (OOMKilled)',
  ],
  [
    { kind: 'signalled', signal: 15, reason: 'Deleted' },
    'the debug container was terminated by signal 15: its pod was deleted',
  ],
];

for (const [outcome, words] of rows) {
  test(`${JSON.stringify(outcome)}: ${words ?? 'the exit code is enough'}`, async () => {
    assert.equal(await outcomeWords(outcome, PLAIN_COMMANDS), words);
  });
}
