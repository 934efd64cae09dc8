import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import type { Mount } from '../../runtime/runtime.ts';
import { expand } from '../expansion.ts';

const PROPAGATION: Readonly<Record<string, NonNullable<Mount['propagation']>>> = {
  None: 'private',
  HostToContainer: 'rslave',
  Bidirectional: 'rshared',
};

/** The mounts of a container's volumes. `volumes` gives each volume's path on the node. */
export function volumeMounts(
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, string>,
  env: ReadonlyMap<string, string>,
): Mount[] {
  return mounts.map((mount) => {
    const root = volumes.get(mount.name) ?? '';
    const subPath = mount.subPath ?? (mount.subPathExpr && expand(mount.subPathExpr, env));
    const hostPath = subPath ? join(root, subPath) : root;
    if (subPath && !existsSync(hostPath)) mkdirSync(hostPath, { recursive: true });
    const propagation = PROPAGATION[mount.mountPropagation ?? 'None'];
    return {
      hostPath,
      containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      readOnly: mount.readOnly ?? false,
      ...(propagation === undefined ? {} : { propagation }),
    };
  });
}
