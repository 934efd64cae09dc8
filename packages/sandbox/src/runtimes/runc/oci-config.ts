import type { ContainerConfig, LinuxUser } from '../../cri/runtime.ts';
import { grantedCapabilities } from './capabilities.ts';
import { defaultMounts, hostDevices, MASKED_PATHS, READONLY_PATHS } from './defaults.ts';
import type { NamespaceType, OciMount, OciResources, OciSpec } from './oci-spec.ts';
import { runtimeDefaultProfile } from './seccomp.ts';

/** What a container's OCI configuration depends on besides the kubelet's request. */
export interface OciContext {
  rootfs: string;
  cgroupsPath?: string;
  user: LinuxUser;
  /** The user is root without capabilities, in place of a user that the node does not have. */
  unprivileged?: boolean;
  /** The node has one group only. */
  singleGroup?: boolean;
  args: string[];
  env: string[];
  cwd: string;
  namespaces: OciSpec['linux']['namespaces'];
  /** Files and directories that the runtime adds (/etc/hosts, /dev/shm and so on). */
  mounts: OciMount[];
  /** The machine's bounding set. */
  capabilities: readonly string[];
  sysctl?: Record<string, string>;
}

/** CFS period of CPU limits. */
const CPU_PERIOD_US = 100_000;

/** The OCI runtime configuration of a container. */
export function ociConfig(config: ContainerConfig, context: OciContext): OciSpec {
  const { security } = config;
  const granted = context.unprivileged
    ? []
    : grantedCapabilities(
        { privileged: security.privileged, add: security.addCapabilities, drop: security.dropCapabilities },
        context.capabilities,
      );
  // Only root gets effective capabilities; other users may gain those of the bounding set.
  const effective = context.user.uid === 0 ? granted : [];
  const confined = !security.privileged && !security.unmaskedProc;
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: config.tty,
      user: {
        uid: context.user.uid,
        gid: context.user.gid,
        // Where setgroups is denied, no groups can be set.
        ...(context.singleGroup ? {} : { additionalGids: context.user.supplementalGroups }),
      },
      args: context.args,
      env: context.env,
      cwd: context.cwd,
      capabilities: {
        bounding: granted,
        effective,
        permitted: effective,
        inheritable: [],
        ambient: [],
      },
      noNewPrivileges: security.noNewPrivileges,
    },
    root: { path: context.rootfs, readonly: security.readOnlyRootFilesystem },
    mounts: [
      ...defaultMounts({ privileged: security.privileged, ttyGroup: context.singleGroup !== true }),
      ...context.mounts,
    ],
    linux: {
      namespaces: context.namespaces,
      ...(context.cgroupsPath === undefined ? {} : { cgroupsPath: context.cgroupsPath }),
      resources: resources(config, context.cgroupsPath !== undefined),
      devices: security.privileged ? hostDevices() : [],
      maskedPaths: confined ? MASKED_PATHS : [],
      readonlyPaths: confined ? READONLY_PATHS : [],
      ...(context.sysctl === undefined ? {} : { sysctl: context.sysctl }),
      ...(security.seccomp === 'RuntimeDefault' && !security.privileged
        ? { seccomp: runtimeDefaultProfile(granted) }
        : {}),
    },
    annotations: { 'io.kubernetes.cri.container-name': config.name },
  };
}

function resources(config: ContainerConfig, limited: boolean): OciResources {
  const { memoryLimit, cpuShares, cpuQuota } = limited ? config.resources : {};
  return {
    ...(memoryLimit === undefined ? {} : { memory: { limit: memoryLimit } }),
    ...(cpuShares === undefined && cpuQuota === undefined
      ? {}
      : {
          cpu: {
            ...(cpuShares === undefined ? {} : { shares: cpuShares }),
            ...(cpuQuota === undefined ? {} : { quota: cpuQuota, period: CPU_PERIOD_US }),
          },
        }),
    // runc adds the default devices (null, zero, random, tty and so on).
    devices: [{ allow: config.security.privileged, access: 'rwm' }],
  };
}

/** The namespaces of a container: its own, and those to join, by path. Omitted ones are the node's. */
export function namespaceList(
  join: Partial<Record<NamespaceType, string | undefined>>,
  own: readonly NamespaceType[],
): OciSpec['linux']['namespaces'] {
  return [
    ...own.map((type) => ({ type })),
    ...Object.entries(join)
      .filter((entry): entry is [NamespaceType, string] => entry[1] !== undefined)
      .map(([type, path]) => ({ type, path })),
  ];
}
