import { readFileSync } from 'node:fs';

/** Flags that a mount in a user namespace has to keep. Source: mount_namespaces(7), restrictions on mount namespaces. */
const LOCKED = ['nosuid', 'nodev', 'noexec', 'ro'];

/**
 * The flags that a bind mount of a path must have where the mounts of the machine are locked: those of the mount that
 * the path is on. runc gives a read-only bind mount no others than it is told to, and the kernel then refuses.
 */
export function lockedFlags(
  path: string,
  mountinfo = readFileSync('/proc/self/mountinfo', 'utf8'),
): string[] {
  let best: { point: string; flags: string[] } | undefined;
  for (const line of mountinfo.split('\n')) {
    const [, , , , escaped = '', options = ''] = line.split(' ');
    const point = escaped.replaceAll(/\\(\d{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    const holds = point === '/' || path === point || path.startsWith(`${point}/`);
    // Of two mounts on the same point the later hides the earlier.
    if (point === '' || !holds || point.length < (best?.point.length ?? 0)) continue;
    best = { point, flags: options.split(',').filter((flag) => LOCKED.includes(flag)) };
  }
  return best?.flags ?? [];
}
