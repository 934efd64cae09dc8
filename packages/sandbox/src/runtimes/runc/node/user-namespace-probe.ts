import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programEnvironment } from '../../../host/programs.ts';

/** What containers need besides their own namespaces and /proc. */
const ATTEMPT =
  'busybox mount -t sysfs sysfs "$0" && busybox ip link add cni0 type bridge && busybox ip link add eth0 type veth';

/** Settings that forbid user namespaces to unprivileged users, and the messages for them. */
const SETTINGS: readonly { path: string; off: string; text: string }[] = [
  {
    path: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    off: '1',
    text: 'AppArmor forbids user namespaces to unprivileged users (root can allow them: sysctl kernel.apparmor_restrict_unprivileged_userns=0)',
  },
  {
    path: '/proc/sys/kernel/unprivileged_userns_clone',
    off: '0',
    text: 'user namespaces are disabled for unprivileged users (root can enable them: sysctl kernel.unprivileged_userns_clone=1)',
  },
  {
    path: '/proc/sys/user/max_user_namespaces',
    off: '0',
    text: 'user namespaces are disabled (root can enable them: sysctl user.max_user_namespaces=10000)',
  },
];

let known: { problem: string | undefined } | undefined;

/**
 * Tries to create what containers need in a user namespace. Needs busybox.
 *
 * @returns why an unprivileged user can't run real containers here; computed once per process
 */
export function userNamespaceProblem(): string | undefined {
  known ??= { problem: attempt() };
  return known.problem;
}

function attempt(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-probe-'));
  try {
    // The namespaces end with the command, so there is nothing to unmount.
    const namespaces = ['unshare', '-f', '-r', '-U', '-p', '-m', '-n', '-i', '-u', '--mount-proc'];
    execFileSync('busybox', [...namespaces, 'busybox', 'sh', '-c', ATTEMPT, directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: programEnvironment(),
    });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    const errorText = stderr?.trim().split('\n').at(-1) ?? String(error);
    return refusalReason(errorText);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The message of the setting that forbids it, otherwise the kernel's. */
export function refusalReason(
  errorText: string,
  read: (path: string) => string | undefined = readSetting,
): string {
  const setting = SETTINGS.find(({ path, off }) => read(path)?.trim() === off);
  return (
    setting?.text ?? `an unprivileged user can't create the namespaces of a container here: ${errorText}`
  );
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
