import {
  chmodSync,
  copyFileSync,
  constants,
  linkSync,
  mkdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Directories that every image has; a container's mounts go there. */
const DIRECTORIES: readonly [path: string, mode: number][] = [
  ['dev', 0o755],
  ['etc', 0o755],
  ['proc', 0o555],
  ['sys', 0o555],
];

const PASSWD = `root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
`;
const GROUP = `root:x:0:
daemon:x:1:
tty:x:5:
nogroup:x:65534:
`;

/** Lays out what the root file system of any image has. */
export function baseRoot(root: string): void {
  for (const [path, mode] of DIRECTORIES) {
    mkdirSync(join(root, path), { recursive: true });
    chmodSync(join(root, path), mode);
  }
}

/** The files that a small system with users has. */
export function systemRoot(root: string): void {
  baseRoot(root);
  mkdirSync(join(root, 'root'), { recursive: true, mode: 0o700 });
  mkdirSync(join(root, 'home'), { recursive: true });
  mkdirSync(join(root, 'var/run'), { recursive: true });
  for (const path of ['tmp', 'var/tmp']) {
    mkdirSync(join(root, path), { recursive: true });
    // World-writable with the sticky bit, which mkdir's mode can't set past the umask.
    chmodSync(join(root, path), 0o1777);
  }
  writeFileSync(join(root, 'etc/passwd'), PASSWD);
  writeFileSync(join(root, 'etc/group'), GROUP);
}

/** Puts a file of the node into an image: a hard link where the file system allows, else a copy. */
export function placeFile(source: string, root: string, path: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  const file = realpathSync(source);
  try {
    linkSync(file, target);
  } catch {
    copyFileSync(file, target, constants.COPYFILE_FICLONE);
  }
}
