import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockedFlags } from './mount-flags.ts';
import { refusalReason } from './user-namespace-probe.ts';

const MOUNTINFO = `22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw
24 22 0:21 / /tmp rw,nosuid,nodev,noatime - tmpfs tmpfs rw
25 22 0:22 / /mnt/with\\040blank ro,nosuid,nodev,noexec - ext4 /dev/vdb ro
26 22 0:23 / /home rw,relatime - ext4 /dev/vdc rw
27 22 0:24 / /home rw,nosuid - ext4 /dev/vdd rw
`;

for (const [path, flags] of [
  ['/etc/passwd', []],
  ['/tmp', ['nosuid', 'nodev']],
  ['/tmp/a/b', ['nosuid', 'nodev']],
  ['/tmpfile', []],
  ['/mnt/with blank/x', ['ro', 'nosuid', 'nodev', 'noexec']],
  ['/home/user', ['nosuid']],
] as const) {
  test(`flags that a bind mount of ${path} must keep`, () => {
    assert.deepEqual(lockedFlags(path, MOUNTINFO), flags);
  });
}

for (const [path, value, expected] of [
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1\n', /^AppArmor .*sysctl/],
  ['/proc/sys/kernel/unprivileged_userns_clone', '0\n', /unprivileged_userns_clone=1/],
  ['/proc/sys/user/max_user_namespaces', '0\n', /max_user_namespaces/],
  ['/proc/sys/user/max_user_namespaces', '100\n', /can't create the namespaces.*: the kernel's words$/],
] as const) {
  test(`the reason if ${path} is ${value.trim()}`, () => {
    assert.match(
      refusalReason("the kernel's words", (name) => (name === path ? value : undefined)),
      expected,
    );
  });
}
