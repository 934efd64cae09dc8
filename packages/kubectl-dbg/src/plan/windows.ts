import type { Container, EphemeralContainer, Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { Adjustments, AppliedProfile } from '../model/plan.ts';

/** Account of a HostProcess container with all rights on its node. */
const SYSTEM_ACCOUNT = 'NT AUTHORITY\\SYSTEM';

/** Whether a node runs Windows. */
export function isWindows(node: Node): boolean {
  const os = node.status?.nodeInfo?.operatingSystem ?? node.metadata?.labels?.['kubernetes.io/os'];
  return os === 'windows';
}

/**
 * Converts a node pod for Windows, in place: Linux namespaces, capabilities and the mount of `/` don't exist there; a
 * HostProcess container (which needs the host's network) replaces them in the profiles with access to the host. baseline
 * and restricted are ordinary containers.
 */
export function makeWindows(profile: AppliedProfile, pod: Pod, container: Container): void {
  const { spec } = pod;
  if (spec === undefined) return;
  // kubernetes-types has this field as PodOS since Kubernetes 1.25.
  spec.os = { name: 'windows' };
  delete container.securityContext;
  if (profile === 'baseline') return;
  if (profile === 'restricted') {
    container.securityContext = { runAsNonRoot: true };
    return;
  }
  spec.hostNetwork = true;
  container.securityContext = {
    windowsOptions: { hostProcess: true, runAsUserName: SYSTEM_ACCOUNT },
  };
}

/** Whether a pod declares that it runs on Windows. */
export function isWindowsPod({ spec }: Pod): boolean {
  return spec?.os?.name === 'windows' || spec?.nodeSelector?.['kubernetes.io/os'] === 'windows';
}

/**
 * Applies a profile to a container of a Windows pod, in place: the API refuses capabilities, privileges and seccomp
 * there, so only the profile's account remains.
 */
export function applyWindowsProfile(
  profile: AppliedProfile,
  container: Container | EphemeralContainer,
): void {
  if (profile === 'baseline') delete container.securityContext;
  if (profile === 'restricted') container.securityContext = { runAsNonRoot: true };
}

/** Throws DbgError (usage) for settings that exist only on Linux. */
export function refuseLinuxSettings({ capAdd, capDrop, privileged, runAs }: Adjustments): void {
  const setting =
    capAdd.length > 0
      ? 'capAdd'
      : capDrop.length > 0
        ? 'capDrop'
        : privileged === true
          ? 'privileged'
          : runAs === undefined
            ? undefined
            : 'runAs';
  if (setting === undefined) return;
  throw new DbgError('usage', 'LinuxOnly', `${setting} has no meaning on Windows`, { setting });
}
