import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programEnvironment } from '../../../host/programs.ts';

/** What containers need besides namespaces and a /proc of their own. */
const ATTEMPT =
  'busybox mount -t sysfs sysfs "$0" && busybox ip link add cni0 type bridge && busybox ip link add eth0 type veth';

/** Switches that keep user namespaces from ordinary users, and what they say when they do. */
const SWITCHES: readonly { path: string; off: string; text: string }[] = [
  {
    path: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    off: '1',
    text: 'AppArmor keeps user namespaces from ordinary users (root can allow them: sysctl kernel.apparmor_restrict_unprivileged_userns=0)',
  },
  {
    path: '/proc/sys/kernel/unprivileged_userns_clone',
    off: '0',
    text: 'user namespaces are switched off for ordinary users (root can switch them on: sysctl kernel.unprivileged_userns_clone=1)',
  },
  {
    path: '/proc/sys/user/max_user_namespaces',
    off: '0',
    text: 'user namespaces are switched off (root can switch them on: sysctl user.max_user_namespaces=10000)',
  },
];

let known: { problem: string | undefined } | undefined;

/**
 * Tries to make what containers need in a user namespace. Needs busybox.
 *
 * @returns why an ordinary user can't have real containers here, in words; asked once a process
 */
export function userNamespaceProblem(): string | undefined {
  known ??= { problem: attempt() };
  return known.problem;
}

function attempt(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-probe-'));
  try {
    // Everything ends with the command: nothing is left to unmount.
    const namespaces = ['unshare', '-f', '-r', '-U', '-p', '-m', '-n', '-i', '-u', '--mount-proc'];
    execFileSync('busybox', [...namespaces, 'busybox', 'sh', '-c', ATTEMPT, directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: programEnvironment(),
    });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const words = stderr?.trim().split('\n').at(-1) ?? String(error);
    return refusalReason(words);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The switch that is to blame, else the kernel's words. */
export function refusalReason(
  words: string,
  read: (path: string) => string | undefined = readSwitch,
): string {
  const blamed = SWITCHES.find(({ path, off }) => read(path)?.trim() === off);
  return blamed?.text ?? `an ordinary user can not have the namespaces of a container here: ${words}`;
}

function readSwitch(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
