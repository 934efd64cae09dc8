import type { ContainerSecurity } from '../../cri/runtime.ts';
import type { Image } from '../../cri/image.ts';
import { ConfigError } from './config-error.ts';
import { ContainerError } from './container-error.ts';
import { podLabel, type PodObject, type SpecContainer } from '../types.ts';

/** A container's own security settings, otherwise the pod's. Throws ContainerError for a profile that the node lacks. */
export function effectiveSecurity(pod: PodObject, container: SpecContainer): ContainerSecurity {
  const own = container.spec.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  const profile = own.seccompProfile ?? shared.seccompProfile;
  const seccomp = profile?.type;
  if (seccomp === 'Localhost' && own.privileged !== true)
    throw missingProfile(profile?.localhostProfile ?? '');
  return {
    privileged: own.privileged ?? false,
    ...(runAsUser === undefined ? {} : { runAsUser }),
    ...(runAsGroup === undefined ? {} : { runAsGroup }),
    supplementalGroups: [
      ...(shared.supplementalGroups ?? []),
      ...(shared.fsGroup === undefined ? [] : [shared.fsGroup]),
    ],
    addCapabilities: own.capabilities?.add ?? [],
    dropCapabilities: own.capabilities?.drop ?? [],
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    noNewPrivileges: own.allowPrivilegeEscalation === false,
    // Like a kubelet with `seccompDefault: true`.
    seccomp: seccomp === 'Unconfined' ? 'Unconfined' : 'RuntimeDefault',
    unmaskedProc: own.procMount === 'Unmasked',
  };
}

/** The node has no seccomp profiles of its own. To ignore the requested one would run the container with fewer restrictions. */
function missingProfile(name: string): ContainerError {
  const path = `/var/lib/kubelet/seccomp/${name}`;
  return new ContainerError(
    'CreateContainerError',
    `failed to generate container spec opts: cannot load seccomp profile "${path}": open ${path}: no such file or directory`,
  );
}

/** Enforces runAsNonRoot. Throws ConfigError with the kubelet's message. */
export function verifyNonRoot(pod: PodObject, container: SpecContainer, image: Image): void {
  const own = container.spec.securityContext;
  const shared = pod.spec.securityContext;
  if ((own?.runAsNonRoot ?? shared?.runAsNonRoot) !== true) return;
  const where = `(pod: ${JSON.stringify(podLabel(pod))}, container: ${container.spec.name})`;
  const runAsUser = own?.runAsUser ?? shared?.runAsUser;
  if (runAsUser === 0) throw new ConfigError(`container's runAsUser breaks non-root policy ${where}`);
  if (runAsUser !== undefined) return;
  const [user = ''] = (image.config.User ?? '').split(':');
  if (user === '' || user === '0') {
    throw new ConfigError(`container has runAsNonRoot and image will run as root ${where}`);
  }
  if (!/^\d+$/.test(user)) {
    throw new ConfigError(
      `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`,
    );
  }
}
