import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { programEnvironment } from '../../../host/programs.ts';

/** Mount points below a directory, the deepest first. */
export function mountsBelow(directory: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith(`${directory}/`))
    .toReversed();
}

/** Unmounts everything below a directory. */
export function unmountBelow(directory: string): void {
  const mounts = mountsBelow(directory);
  if (mounts.length > 0) execFileSync('busybox', ['umount', '-l', ...mounts], { env: programEnvironment() });
}
