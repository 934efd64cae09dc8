import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idMap, idRanges } from './id-ranges.ts';

const SUBUID = `# of all users
alice:100000:65536
bob:165536:65536
1001:300000:10

alice:400000:5
alice:no:number
alice:500000:0
`;

for (const [name, uid, expected] of [
  [
    'alice',
    1000,
    [
      { start: 100_000, count: 65_536 },
      { start: 400_000, count: 5 },
    ],
  ],
  ['carol', 1001, [{ start: 300_000, count: 10 }]],
  ['nobody', 65_534, []],
] as const) {
  test(`id ranges of ${name}, by name and by number`, () => {
    assert.deepEqual(idRanges(SUBUID, { name, uid }), expected);
  });
}

test('an id map has the user first, then the ranges without a gap', () => {
  assert.deepEqual(idMap(1000, idRanges(SUBUID, { name: 'alice', uid: 1000 })), {
    lines: [
      [0, 1000, 1],
      [1, 100_000, 65_536],
      [65_537, 400_000, 5],
    ],
    ids: 65_542,
  });
  assert.deepEqual(idMap(1000, []), { lines: [[0, 1000, 1]], ids: 1 });
});
