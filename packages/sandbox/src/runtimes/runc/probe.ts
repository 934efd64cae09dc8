import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hierarchies } from './cgroup.ts';

let known: { problem: string | undefined } | undefined;

/**
 * Tries what runc needs from the kernel: namespaces, an overlay mount, a cgroup. Root in another container often lacks
 * the permission.
 *
 * @returns what is not possible, as text; computed once per process
 */
export function kernelProblem(): string | undefined {
  known ??= { problem: namespaceProblem() ?? cgroupProblem() };
  return known.problem;
}

function namespaceProblem(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'kube-sandbox-probe-'));
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(directory, name));
    const options = `lowerdir=${directory}/lower,upperdir=${directory}/upper,workdir=${directory}/work`;
    // The mount namespace ends with the command, so there is nothing to unmount.
    const mount = ['mount', '-t', 'overlay', '-o', options, 'overlay', join(directory, 'merged')];
    execFileSync('busybox', ['unshare', '-m', '-n', '-i', '-u', 'busybox', ...mount], { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer };
    const reason = stderr?.toString().trim().split('\n').at(-1) ?? String(error);
    return `real containers are not possible here: ${reason}`;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function cgroupProblem(): string | undefined {
  const [first] = existsSync('/sys/fs/cgroup') ? hierarchies() : [];
  if (first === undefined) return 'real containers are not possible here: there are no cgroups';
  const path = join(first, `kube-sandbox-probe-${process.pid}`);
  try {
    mkdirSync(path);
    rmdirSync(path);
    return undefined;
  } catch {
    return "real containers are not possible here: can't create cgroups";
  }
}
