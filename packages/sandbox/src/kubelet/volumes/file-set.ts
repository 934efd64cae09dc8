import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { RuntimeFiles } from '../../cri/runtime.ts';

/** A file of a volume. */
export interface VolumeFile {
  path: string;
  data: Buffer;
  mode: number;
}

const DATA_LINK = '..data';

/**
 * Writes files like the kubelet's AtomicWriter: into a timestamped directory, to which the symbolic link `..data` points,
 * with links to the files through it, so that an update changes all files at once.
 *
 * @param group owner of the files (fsGroup), if there is one
 */
export function writeFileSet(
  directory: string,
  files: readonly VolumeFile[],
  now: Date,
  group?: number,
  nodeFiles?: RuntimeFiles,
): void {
  mkdirSync(directory, { recursive: true, mode: 0o777 });
  chmodSync(directory, 0o777);
  const stamp = `..${now.toISOString().replace(/[-:TZ]/g, '_')}${process.hrtime.bigint()}`;
  const data = join(directory, stamp);
  mkdirSync(data, { mode: 0o755 });
  chmodSync(data, 0o755);
  for (const file of files) {
    const target = join(data, file.path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, file.data);
    // With fsGroup, the group has the owner's read permission.
    if (group === undefined) chmodSync(target, file.mode);
    else setGroup(target, group, file.mode | 0o440, nodeFiles);
  }
  const link = join(directory, `${DATA_LINK}_tmp`);
  rmSync(link, { force: true });
  symlinkSync(stamp, link);
  renameSync(link, join(directory, DATA_LINK));
  for (const name of new Set(files.map((file) => file.path.split('/')[0] ?? ''))) {
    const path = join(directory, name);
    if (!existsSync(path)) symlinkSync(join(DATA_LINK, name), path);
  }
}

/** Sets the group (fsGroup) and mode of a file. */
export function setGroup(path: string, group: number, mode: number, nodeFiles?: RuntimeFiles): void {
  if (nodeFiles !== undefined) {
    nodeFiles.setGroup(path, group, mode);
    return;
  }
  chownSync(path, 0, group);
  chmodSync(path, mode);
}
