import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mapIds } from './id-ranges.ts';
import type { NodeIds, RuncNode } from './runc-node.ts';

/** The node's init process: it reaps orphans, and exits when its stdin is closed, so always with the sandbox. */
const INIT = `
if test -n "$0"; then
  busybox mkdir -p "$0/lower" "$0/upper" "$0/work" "$0/merged"
  busybox mount -t overlay -o "lowerdir=$0/lower,upperdir=$0/upper,workdir=$0/work" overlay "$0/merged" 2>/dev/null &&
    busybox umount "$0/merged" && echo overlay
  busybox rm -rf "$0"
fi
echo ready
busybox cat >/dev/null
exit`;
/** After the id maps are written: executes again, to become root in the user namespace, and creates all other namespaces. */
const LAUNCH = `echo new; read go && exec busybox unshare -f -p -m -n -i -u --propagation slave --mount-proc busybox sh -c '${INIT}' "$0"`;

/**
 * A node in a user namespace: the user is root in it, without more rights on the machine.
 *
 * Its processes are in a PID namespace. When its init process exits, the kernel kills all others, and removes mounts,
 * network devices and namespaces with the last one: nothing outlives the sandbox.
 *
 * @param stateDir the directory of containers' files, to test whether it supports overlayfs
 */
export async function startUserNamespace(env: NodeJS.ProcessEnv, stateDir?: string): Promise<RuncNode> {
  const { child, ids, overlay } = await launch(env, stateDir === undefined ? '' : join(stateDir, 'overlay'));
  const pid = child.pid ?? 0;
  const namespaces = ['busybox', 'nsenter', '--preserve-credentials', '-t', String(pid)];
  const types = ['-U', '-m', '-n', '-i', '-u'];
  const enter = (argv: readonly string[]): string[] => [
    ...namespaces,
    ...types,
    // The launcher itself is not in the PID namespace that it has created for its children.
    `-p/proc/${pid}/ns/pid_for_children`,
    ...argv,
  ];
  const enterWithoutPid = (argv: readonly string[]): string[] => [...namespaces, ...types, ...argv];
  const runQuietly = async ([file = '', ...args]: string[]): Promise<void> => {
    await promisify(execFile)(file, args, { env });
  };
  return {
    rootless: true,
    ids,
    proc: `/proc/${pid}/root/proc`,
    networkHolder: pid,
    overlay,
    enter,
    enterWithoutPid,
    signal(target, name) {
      runQuietly(enter(['busybox', 'kill', `-${name.replace('SIG', '')}`, String(target)])).catch(() => {
        // It has just terminated.
      });
    },
    setGroup(path, group, mode) {
      // If the group does not exist, the only user stands for its members.
      const owner = group < ids.groups ? `0:${group}` : '0:0';
      const script = 'busybox chown "$1" "$3" && busybox chmod "$2" "$3"';
      const [file = '', ...args] = enterWithoutPid([
        'busybox',
        'sh',
        '-c',
        script,
        'sh',
        owner,
        mode.toString(8),
        path,
      ]);
      execFileSync(file, args, { env, stdio: 'pipe' });
    },
    async remove(path) {
      const argv = enterWithoutPid(['busybox', 'rm', '-rf', path]);
      // runc may delete its own files at the same time, which makes rm fail: try again once.
      await runQuietly(argv).catch(() => runQuietly(argv));
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end();
      await exited;
    },
  };
}

async function launch(
  env: NodeJS.ProcessEnv,
  overlayProbe: string,
): Promise<{ child: ChildProcess; ids: NodeIds; overlay: boolean }> {
  const child = spawn('busybox', ['unshare', '-U', 'busybox', 'sh', '-c', LAUNCH, overlayProbe], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env,
    detached: true,
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdin.on('error', () => {
    // It has exited: see below.
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error(`can't create a user namespace: ${errors.trim() || 'no reason given'}`);
  });
  failed.catch(() => {});
  await Promise.race([once(child.stdout, 'data'), failed]);
  try {
    const ids = await mapIds(child.pid ?? 0, env);
    child.stdin.write('go\n');
    let words = '';
    while (!words.includes('ready')) {
      const [chunk] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer];
      words += chunk.toString();
    }
    return { child, ids, overlay: words.includes('overlay') };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
