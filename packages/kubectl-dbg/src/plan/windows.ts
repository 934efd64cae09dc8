import type { Container, Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { AppliedProfile } from './types.ts';

/** Account of a HostProcess container with all rights on its node. */
const SYSTEM_ACCOUNT = 'NT AUTHORITY\\SYSTEM';

/** Whether a node runs Windows. */
export function isWindows(node: Node): boolean {
  const os = node.status?.nodeInfo?.operatingSystem ?? node.metadata?.labels?.['kubernetes.io/os'];
  return os === 'windows';
}

/**
 * Makes a node pod one for Windows, in place: Linux namespaces, capabilities and the mount of `/` don't exist
 * there; a HostProcess container (which needs the host's network) stands for them in the profiles that reach the
 * host. baseline and restricted stay plain containers.
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
