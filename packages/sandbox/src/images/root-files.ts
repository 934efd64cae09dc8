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

/** Directories of every image, as mount points. */
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

/** Creates the directories and files that every image has. */
export function baseRoot(root: string): void {
  for (const [path, mode] of DIRECTORIES) {
    mkdirSync(join(root, path), { recursive: true });
    chmodSync(join(root, path), mode);
  }
}

/** Adds the files of a small system with users. */
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

/** Puts a file of the node into an image: as a hard link if the file system allows it, otherwise as a copy. */
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
