import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerSecurity } from '../../../cri/runtime.ts';
import { nodeUser } from './node-user.ts';

const ONE = { users: 1, groups: 1 };
const MANY = { users: 65_537, groups: 65_537 };
const PLAIN: ContainerSecurity = {
  privileged: false,
  supplementalGroups: [],
  addCapabilities: [],
  dropCapabilities: [],
  readOnlyRootFilesystem: false,
  noNewPrivileges: false,
  seccomp: 'Unconfined',
  unmaskedProc: false,
};
const user = (uid: number, gid = uid, ...groups: number[]) => ({
  uid,
  gid,
  supplementalGroups: [gid, ...groups],
});

for (const [what, resolved, ids, expected] of [
  ['root, where it is alone', user(0), ONE, { user: user(0), powerless: false }],
  [
    "an image's user, where root is alone",
    user(65_532),
    ONE,
    { user: { uid: 0, gid: 0, supplementalGroups: [] }, powerless: true },
  ],
  [
    "root with an image's group, where root is alone",
    user(0, 5),
    ONE,
    { user: { uid: 0, gid: 0, supplementalGroups: [] }, powerless: true },
  ],
  ["an image's user among many", user(65_532), MANY, { user: user(65_532), powerless: false }],
  ['a group beyond the range', user(1000, 1000, 2_000_000), MANY, { user: user(1000), powerless: false }],
] as const) {
  test(`a container of ${what}`, () => {
    assert.deepEqual(nodeUser(resolved, PLAIN, ids), expected);
  });
}

test('a user or group that the pod asks for is refused where it is not', () => {
  assert.throws(
    () => nodeUser(user(1000), { ...PLAIN, runAsUser: 1000 }, ONE),
    /^Error: runAsUser 1000 can't be had in this user namespace, which has of these ids only 0, which is yours: .*newuidmap/,
  );
  assert.throws(() => nodeUser(user(0, 7), { ...PLAIN, runAsGroup: 7 }, ONE), /^Error: runAsGroup 7/);
  assert.throws(() => nodeUser(user(70_000), { ...PLAIN, runAsUser: 70_000 }, MANY), /those below 65537/);
  assert.equal(nodeUser(user(1000), { ...PLAIN, runAsUser: 1000 }, MANY).user.uid, 1000);
});
