import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import { eventWords } from './event-words.ts';

for (const text of ['9 bytes came from the log', '9 bytes came from the log.']) {
  test(`what to do about a notice is a sentence of its own: ${text}`, () => {
    const words = eventWords({ kind: 'warning', code: 'inexact-output', text, always: true }, PLAIN_COMMANDS);
    assert.deepEqual(words, ['Warning: 9 bytes came from the log. Use --via=exec for the exact bytes.']);
  });
}
