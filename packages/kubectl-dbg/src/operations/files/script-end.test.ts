import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../cli/messages/words-of.ts';
import { PLAIN_COMMANDS } from '../../model/follow-up-commands.ts';
import type { Outcome } from '../../model/outcome.ts';
import { captureFailed } from './capture-failure.ts';
import { endOfOutcome } from './script-end.ts';

const FACTS = { image: 'netshoot', interface: 'any', filter: '' };
const LISTENING = 'tcpdump: listening on any, link-type LINUX_SLL2\n';
const IMAGE = { code: 'ImageNotFound', facts: { container: 'd', image: 'netshoot' } } as const;
const STREAM = { code: 'StreamFailed', facts: { container: 'd', way: 'exec', status: 502 } } as const;

const rows: [what: string, outcome: Outcome, said: string, kind: string, message: RegExp, remedy: RegExp][] =
  [
    [
      'a missing image',
      { kind: 'never-started', reason: 'ErrImagePull', message: 'no such image', failure: IMAGE },
      '',
      'neverStarted',
      /^could not capture: no such image$/,
      /--image/,
    ],
    [
      'a container that takes too long',
      {
        kind: 'timed-out',
        message: 'it is still being pulled',
        failure: { code: 'StartTimedOut', facts: { container: 'd', milliseconds: 1, phase: 'pull' } },
      },
      '',
      'deadline',
      /^could not capture: it is still/,
      /--timeout/,
    ],
    [
      'an exec that is refused',
      { kind: 'lost', message: 'cannot run it: 502', failure: STREAM },
      '',
      'lost',
      /^could not capture: cannot run it: 502$/,
      /proxies/,
    ],
    [
      'a connection that breaks halfway',
      { kind: 'lost', message: 'it broke', failure: STREAM },
      LISTENING,
      'lost',
      /^the capture stopped early: it broke$/,
      /are kept/,
    ],
  ];

for (const [what, outcome, said, kind, message, remedy] of rows) {
  test(`a capture: ${what}`, async () => {
    const error = captureFailed(endOfOutcome(outcome), said, FACTS);
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    assert.match((await wordsOf(error, PLAIN_COMMANDS)).remedy ?? '', remedy);
  });
}
