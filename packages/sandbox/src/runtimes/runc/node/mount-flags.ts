import { readFileSync } from 'node:fs';

/** Flags that can't be cleared in a user namespace. Source: mount_namespaces(7), restrictions on mount namespaces. */
const LOCKED = ['nosuid', 'nodev', 'noexec', 'ro'];

/**
 * The flags that a bind mount of a path must have in a user namespace: the locked flags of the path's own mount. runc
 * sets only the given flags on a read-only bind mount, and the kernel refuses to clear others.
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
    // Of two mounts on the same mount point, the later hides the earlier.
    if (point === '' || !holds || point.length < (best?.point.length ?? 0)) continue;
    best = { point, flags: options.split(',').filter((flag) => LOCKED.includes(flag)) };
  }
  return best?.flags ?? [];
}
