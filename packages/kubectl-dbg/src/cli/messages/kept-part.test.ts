import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import { keptWords } from './kept-part.ts';

for (const [place, command] of [
  [undefined, "rm 'a b'"],
  [{ namespace: 'n', pod: 'web' }, "kubectl dbg pod/web --enter -n n -- rm 'a b'"],
  [
    { namespace: 'n', pod: 'web', container: 'app' },
    "kubectl dbg pod/web --enter --target=app -n n -- rm 'a b'",
  ],
] as const) {
  test(`the rest of a copy is removed by: ${command}`, () => {
    assert.ok(keptWords('a b', place, PLAIN_COMMANDS).endsWith(`remove it with: ${command}`));
  });
}
