import type {
  Container,
  EphemeralContainer,
  Pod,
  PodSpec,
  SecurityContext,
} from 'kubernetes-types/core/v1.d.ts';
import { addCapabilities, securityContextOf } from './security-context.ts';
import { stripCopy } from './strip-copy.ts';
import type { AppliedProfile, Keep, Workflow } from '../model/plan.ts';

/** Mount path of the node's root file system in a node pod. */
export const HOST_MOUNT = '/host';
const HOST_VOLUME = 'host-root';

/** The security context that the Pod Security Standard `restricted` requires of a container. */
const RESTRICTED: SecurityContext = {
  runAsNonRoot: true,
  capabilities: { drop: ['ALL'] },
  allowPrivilegeEscalation: false,
  seccompProfile: { type: 'RuntimeDefault' },
};

/** The effect of a profile on a debug container, and on a node pod. */
interface Effect {
  addCapabilities?: readonly string[];
  /** Replaces the container's; null removes it. */
  securityContext?: SecurityContext | null;
  privileged?: true;
  hostNamespaces?: true;
  hostMount?: true;
}

/** Every profile's effect per workflow: the table that `kubectl dbg profiles` shows. */
export const PROFILE_EFFECTS: Record<AppliedProfile, Record<Workflow, Effect>> = {
  general: {
    ephemeral: { addCapabilities: ['SYS_PTRACE'] },
    copy: { addCapabilities: ['SYS_PTRACE'] },
    node: { securityContext: null, hostNamespaces: true, hostMount: true },
  },
  baseline: {
    ephemeral: { securityContext: null },
    copy: { securityContext: null },
    node: { securityContext: null },
  },
  restricted: {
    ephemeral: { securityContext: RESTRICTED },
    copy: { securityContext: RESTRICTED },
    node: { securityContext: RESTRICTED },
  },
  netadmin: {
    ephemeral: { addCapabilities: ['NET_ADMIN', 'NET_RAW'] },
    copy: { addCapabilities: ['NET_ADMIN', 'NET_RAW'] },
    node: { addCapabilities: ['NET_ADMIN', 'NET_RAW'], hostNamespaces: true },
  },
  sysadmin: {
    ephemeral: { privileged: true },
    copy: { privileged: true },
    node: { privileged: true, hostNamespaces: true, hostMount: true },
  },
  legacy: {
    ephemeral: {},
    copy: {},
    node: { hostNamespaces: true, hostMount: true },
  },
};

/** Applies a profile to `pod`, in place: to its container `name`, and to the pod if the workflow requires it. */
export function applyProfile(
  profile: AppliedProfile,
  workflow: Workflow,
  pod: Pod,
  name: string,
  keep: Keep,
): void {
  const effect = PROFILE_EFFECTS[profile][workflow];
  const container = findContainer(pod, name);
  if (container !== undefined) applyToContainer(effect, container);
  if (workflow === 'copy') stripCopy(profile, pod, keep);
  if (workflow === 'node') applyToNodePod(effect, pod, container);
}

/** A pod's container by name: the first match among init, regular and ephemeral ones. */
function findContainer(pod: Pod, name: string): Container | EphemeralContainer | undefined {
  const { spec } = pod;
  return [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ].find((container) => container.name === name);
}

function applyToContainer(effect: Effect, container: Container | EphemeralContainer): void {
  if (effect.securityContext === null) delete container.securityContext;
  else if (effect.securityContext !== undefined)
    container.securityContext = structuredClone(effect.securityContext);
  if (effect.addCapabilities !== undefined) addCapabilities(container, effect.addCapabilities);
  if (effect.privileged === true) securityContextOf(container).privileged = true;
}

function applyToNodePod(
  effect: Effect,
  pod: Pod,
  container: Container | EphemeralContainer | undefined,
): void {
  const spec: PodSpec = (pod.spec ??= { containers: [] });
  if (effect.hostMount === true) {
    spec.volumes = [...(spec.volumes ?? []), { name: HOST_VOLUME, hostPath: { path: '/' } }];
    if (container !== undefined) {
      container.volumeMounts = [
        ...(container.volumeMounts ?? []),
        { name: HOST_VOLUME, mountPath: HOST_MOUNT },
      ];
    }
  }
  if (effect.hostNamespaces === true) {
    spec.hostNetwork = true;
    spec.hostPID = true;
    spec.hostIPC = true;
  }
}
