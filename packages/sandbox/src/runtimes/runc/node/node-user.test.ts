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
  ['root, on a node with one user', user(0), ONE, { user: user(0), unprivileged: false }],
  [
    "an image's user, on a node with one user",
    user(65_532),
    ONE,
    { user: { uid: 0, gid: 0, supplementalGroups: [] }, unprivileged: true },
  ],
  [
    "root with an image's group, on a node with one user",
    user(0, 5),
    ONE,
    { user: { uid: 0, gid: 0, supplementalGroups: [] }, unprivileged: true },
  ],
  ["an image's user, on a node with many", user(65_532), MANY, { user: user(65_532), unprivileged: false }],
  ['a group beyond the range', user(1000, 1000, 2_000_000), MANY, { user: user(1000), unprivileged: false }],
] as const) {
  test(`user of a container: ${what}`, () => {
    assert.deepEqual(nodeUser(resolved, PLAIN, ids), expected);
  });
}

test('refuses a runAsUser or runAsGroup that the node does not have', () => {
  assert.throws(
    () => nodeUser(user(1000), { ...PLAIN, runAsUser: 1000 }, ONE),
    /^Error: runAsUser 1000 does not exist in this user namespace, which has only 0, mapped to your own id: .*newuidmap/,
  );
  assert.throws(() => nodeUser(user(0, 7), { ...PLAIN, runAsGroup: 7 }, ONE), /^Error: runAsGroup 7/);
  assert.throws(
    () => nodeUser(user(70_000), { ...PLAIN, runAsUser: 70_000 }, MANY),
    /only those below 65537/,
  );
  assert.equal(nodeUser(user(1000), { ...PLAIN, runAsUser: 1000 }, MANY).user.uid, 1000);
});
