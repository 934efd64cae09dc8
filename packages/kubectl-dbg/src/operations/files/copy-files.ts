import type { Cluster } from '../../cluster/index.ts';
import { DbgError } from '../../model/failure.ts';
import type { CopyFilesOptions, CopyResult, CopySettings } from './copy-options.ts';
import { download } from './download.ts';
import { upload } from './upload.ts';

/**
 * Copies files out of or into a container: with the container's own tools if it has them, else through a debug container
 * next to it, so the container needs no tar and no shell. After a failure, the next copy resumes a partial file in either
 * direction, if the received part is still a prefix of the source.
 *
 * @throws DbgError if something is refused, not found, broken or over a limit, and the reason of an aborted `signal`
 *
 * @example
 * const from = { container: '/etc/hostname' };
 * await copyFiles(cluster, { target: 'mypod', from, to: { stream: process.stdout } });
 */
export async function copyFiles(
  cluster: Cluster,
  options: CopyFilesOptions,
  settings: CopySettings = {},
): Promise<CopyResult> {
  const { from, to } = options;
  if ('container' in from && !('container' in to))
    return await download(cluster, options, from.container, to, settings);
  if ('container' in to && !('container' in from))
    return await upload(cluster, options, from, to.container, settings);
  throw new DbgError('usage', 'CopySidesInvalid', 'exactly one side of a copy must be in a container');
}
