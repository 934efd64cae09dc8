import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mapIds } from './id-ranges.ts';
import type { NodeIds, RuncNode } from './runc-node.ts';

/** The first process of the node: it reaps orphans, and ends with its stdin, thus with the sandbox however that ends. */
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
/** In the new user namespace, once it has its ids: all other namespaces. The program is started anew to become root there. */
const LAUNCH = `echo new; read go && exec busybox unshare -f -p -m -n -i -u --propagation slave --mount-proc busybox sh -c '${INIT}' "$0"`;

/**
 * A node in a user namespace: an ordinary user is root in it, and of the machine's rights has only his own.
 *
 * Its processes are in a process namespace. The kernel ends them all with the first one, and the mounts, network
 * devices and namespaces with the last: nothing outlives the sandbox.
 *
 * @param stateDir where containers' files will be, to see whether there can be overlays
 */
export async function startUserNamespace(env: NodeJS.ProcessEnv, stateDir?: string): Promise<RuncNode> {
  const { child, ids, overlay } = await launch(env, stateDir === undefined ? '' : join(stateDir, 'overlay'));
  const pid = child.pid ?? 0;
  const namespaces = ['busybox', 'nsenter', '--preserve-credentials', '-t', String(pid)];
  const types = ['-U', '-m', '-n', '-i', '-u'];
  const within = (argv: readonly string[]): string[] => [
    ...namespaces,
    ...types,
    // The launcher itself stayed outside of the process namespace that it made for its children.
    `-p/proc/${pid}/ns/pid_for_children`,
    ...argv,
  ];
  const beside = (argv: readonly string[]): string[] => [...namespaces, ...types, ...argv];
  const runQuietly = async ([file = '', ...args]: string[]): Promise<void> => {
    await promisify(execFile)(file, args, { env });
  };
  return {
    rootless: true,
    ids,
    proc: `/proc/${pid}/root/proc`,
    networkHolder: pid,
    overlay,
    within,
    beside,
    signal(target, name) {
      runQuietly(within(['busybox', 'kill', `-${name.replace('SIG', '')}`, String(target)])).catch(() => {
        // It has just ended.
      });
    },
    setGroup(path, group, mode) {
      // Without the group, its members are the one user that there is.
      const owner = group < ids.groups ? `0:${group}` : '0:0';
      const script = 'busybox chown "$1" "$3" && busybox chmod "$2" "$3"';
      const [file = '', ...args] = beside([
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
      const argv = beside(['busybox', 'rm', '-rf', path]);
      // runc removes files of its own at the same time: what went while rm looked at it makes rm fail, and is no failure.
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
    // It has ended: said below.
  });
  const failed = once(child, 'exit').then(() => {
    throw new Error(`a user namespace can not be made: ${errors.trim() || 'no reason given'}`);
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
