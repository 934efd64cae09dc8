import type { ContainerSecurity } from '../runtime/runtime.ts';
import type { Image } from '../images/image.ts';
import { ConfigError } from './config-error.ts';
import { podLabel, type PodObject, type SpecContainer } from './types.ts';

/** The effective security settings of a container: its own, else the pod's. */
export function effectiveSecurity(pod: PodObject, container: SpecContainer): ContainerSecurity {
  const own = container.spec.securityContext ?? {};
  const shared = pod.spec.securityContext ?? {};
  const runAsUser = own.runAsUser ?? shared.runAsUser;
  const runAsGroup = own.runAsGroup ?? shared.runAsGroup;
  const seccomp = (own.seccompProfile ?? shared.seccompProfile)?.type;
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
    seccomp: seccomp === 'RuntimeDefault' ? 'RuntimeDefault' : 'Unconfined',
    unmaskedProc: own.procMount === 'Unmasked',
  };
}

/** Refuses to run as root what must not. Throws ConfigError in the kubelet's words. */
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
