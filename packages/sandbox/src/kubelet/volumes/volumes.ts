import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EmptyDirVolumeSource, HostPathVolumeSource, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RuntimeFiles, RuntimeVolumes } from '../../cri/runtime.ts';
import { quantityValue } from '../../machinery/quantity.ts';
import { claimOfVolume } from '../../resources/pods/claim-of-volume.ts';
import { claimVolume } from './claim-volume.ts';
import { setGroup, writeFileSet } from './file-set.ts';
import {
  configMapFiles,
  DEFAULT_MODE,
  downwardFiles,
  projectedFiles,
  secretFiles,
  type SourceContext,
} from './sources.ts';
import { VolumeError } from './volume-error.ts';

export interface VolumeContext extends SourceContext {
  /** Directory of the pod's volumes. */
  directory: string;
  /** Receives the files if the runtime has no mounts. */
  inMemory: RuntimeVolumes | undefined;
  now: () => Date;
  files: RuntimeFiles | undefined;
}

/**
 * Sets up a volume and returns its path on the node.
 *
 * @throws VolumeError if its source does not exist
 */
export function setUpVolume(volume: Volume, context: VolumeContext): string {
  const group = context.pod.spec.securityContext?.fsGroup;
  const { hostPath, emptyDir, configMap, secret, projected, downwardAPI } = volume;
  if (hostPath !== undefined) return hostPathOf(hostPath, context.inMemory === undefined);
  const claim = claimOfVolume(context.pod, volume);
  if (claim !== undefined) {
    const found = claimVolume(context.store, context.pod.metadata.namespace, claim);
    if (!found.provisioned) return hostPathOf(found.source, context.inMemory === undefined);
    makeEmptyDir(found.source.path, context);
    return found.source.path;
  }
  const path = join(context.directory, volume.name);
  if (emptyDir !== undefined) {
    makeEmptyDir(path, context, emptyDir);
    return path;
  }
  const files =
    configMap !== undefined
      ? configMapFiles(configMap, configMap.defaultMode ?? DEFAULT_MODE, context)
      : secret !== undefined
        ? secretFiles(
            { ...secret, name: secret.secretName ?? '' },
            secret.defaultMode ?? DEFAULT_MODE,
            context,
          )
        : projected !== undefined
          ? projectedFiles(projected.sources ?? [], projected.defaultMode ?? DEFAULT_MODE, context)
          : downwardAPI !== undefined
            ? downwardFiles(downwardAPI.items ?? [], downwardAPI.defaultMode ?? DEFAULT_MODE, context)
            : undefined;
  if (files === undefined) throw new VolumeError(`no volume plugin matched name: ${volume.name}`);
  if (context.inMemory === undefined) writeFileSet(path, files, context.now(), group, context.files);
  else context.inMemory.put(path, files);
  return path;
}

function makeEmptyDir(
  path: string,
  { pod, files, inMemory }: VolumeContext,
  { medium, sizeLimit }: EmptyDirVolumeSource = {},
): void {
  if (inMemory !== undefined) {
    inMemory.put(path);
    return;
  }
  const group = pod.spec.securityContext?.fsGroup;
  if (existsSync(path)) return;
  mkdirSync(path, { recursive: true });
  if (medium === 'Memory')
    files?.mountMemory?.(path, sizeLimit === undefined ? undefined : Number(quantityValue(sizeLimit)));
  chmodSync(path, 0o777);
  if (group === undefined) return;
  // setgid: new files belong to the group as well.
  setGroup(path, group, 0o2777, files);
}

/** Creates or checks the path, according to the type. */
function hostPathOf(source: HostPathVolumeSource, real: boolean): string {
  const { path, type = '' } = source;
  if (!real) return path;
  if (type === 'DirectoryOrCreate' && !existsSync(path)) mkdirSync(path, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate' && !existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { mode: 0o644 });
  }
  // Without a type, the runtime creates a missing directory.
  if (type === '' && !existsSync(path)) mkdirSync(path, { recursive: true });
  const stat = statSync(path, { throwIfNoEntry: false });
  const fits: Record<string, boolean | undefined> = {
    Directory: stat?.isDirectory(),
    DirectoryOrCreate: stat?.isDirectory(),
    File: stat?.isFile(),
    FileOrCreate: stat?.isFile(),
    Socket: stat?.isSocket(),
    CharDevice: stat?.isCharacterDevice(),
    BlockDevice: stat?.isBlockDevice(),
  };
  if (type !== '' && fits[type] !== true) {
    const wanted = type.replace('OrCreate', '').toLowerCase();
    throw new VolumeError(`hostPath type check failed: ${path} is not a ${wanted}`);
  }
  return path;
}
