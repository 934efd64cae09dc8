import type { PodSandboxConfig } from '../../cri/runtime.ts';
import type { NodeIds } from './node/runc-node.ts';
import type { NamespaceType, OciSpec } from './oci-spec.ts';

/** The user that the pause image runs as. */
const PAUSE_ID = 65535;
/** The kernel's maximum for ping_group_range. */
const MAX_PING_GROUP = 2147483647;

/**
 * The OCI configuration of a pod's pause container, which creates and holds the pod's namespaces.
 *
 * @param cgroupsPath undefined if no cgroup may be created
 */
export function pauseSpec(
  config: PodSandboxConfig,
  root: string,
  cgroupsPath: string | undefined,
  ids: NodeIds,
): OciSpec {
  const id = PAUSE_ID < Math.min(ids.users, ids.groups) ? PAUSE_ID : 0;
  const lastGroup = Math.min(ids.groups - 1, MAX_PING_GROUP);
  const own: NamespaceType[] = ['mount'];
  // In the node's PID namespace, the pause process would be visible to every other pod with hostPID.
  if (!config.host.pid) own.push('pid');
  if (!config.host.network) own.push('network', 'uts');
  if (!config.host.ipc) own.push('ipc');
  const ownNetwork = !config.host.network;
  return {
    ociVersion: '1.0.2',
    ...(ownNetwork ? { hostname: config.hostname } : {}),
    process: {
      terminal: false,
      user: { uid: id, gid: id },
      args: ['/pause'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      cwd: '/',
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
    ],
    linux: {
      namespaces: own.map((type) => ({ type })),
      ...(cgroupsPath === undefined ? {} : { cgroupsPath }),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      devices: [],
      maskedPaths: [],
      readonlyPaths: [],
      ...(ownNetwork
        ? {
            // containerd's defaults, with which pods may ping and bind low ports without root.
            sysctl: {
              'net.ipv4.ip_unprivileged_port_start': '0',
              'net.ipv4.ping_group_range': `0 ${lastGroup}`,
              ...config.sysctls,
            },
          }
        : {}),
    },
  };
}
