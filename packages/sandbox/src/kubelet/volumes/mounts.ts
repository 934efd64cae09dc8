import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Volume, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { Mount } from '../../cri/runtime.ts';
import type { PodObject } from '../types.ts';
import { expand } from '../container/expansion.ts';

const PROPAGATION: Readonly<Record<string, NonNullable<Mount['propagation']>>> = {
  None: 'private',
  HostToContainer: 'rslave',
  Bidirectional: 'rshared',
};

/** What the mounts of a container depend on. */
interface MountContext {
  pod: PodObject;
  /** Paths on the node by volume name. */
  paths: ReadonlyMap<string, string>;
  env: ReadonlyMap<string, string>;
  /** Whether the paths exist on the machine. */
  real: boolean;
}

/** The mounts of a container's volumes. */
export function volumeMounts(
  mounts: readonly VolumeMount[],
  { pod, paths, env, real }: MountContext,
): Mount[] {
  const sources = new Map((pod.spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return mounts.map((mount) => {
    const root = paths.get(mount.name) ?? '';
    const subPath = mount.subPath ?? (mount.subPathExpr && expand(mount.subPathExpr, env));
    const hostPath = subPath ? join(root, subPath) : root;
    if (real && subPath && !existsSync(hostPath)) mkdirSync(hostPath, { recursive: true });
    const propagation = PROPAGATION[mount.mountPropagation ?? 'None'];
    return {
      hostPath,
      containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      readOnly: mount.readOnly === true || isReadOnly(sources.get(mount.name)),
      ...(propagation === undefined ? {} : { propagation }),
    };
  });
}

/** Whether a volume is always read-only: API data, or a read-only claim. */
function isReadOnly(volume: Volume | undefined): boolean {
  if (volume === undefined) return false;
  const { configMap, secret, projected, downwardAPI, persistentVolumeClaim } = volume;
  return (
    [configMap, secret, projected, downwardAPI].some((source) => source !== undefined) ||
    persistentVolumeClaim?.readOnly === true
  );
}
