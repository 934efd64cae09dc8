import type { Container, EnvVar, EphemeralContainer, Pod, VolumeMount } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import { securityContextOf } from './security-context.ts';
import type { DebugRequest, Notice } from '../model/plan.ts';

/** Copies settings from the target as the request demands, in place; returns what the user should know. */
export function takeFromTarget(
  request: DebugRequest,
  pod: Pod,
  target: Container | undefined,
  container: EphemeralContainer,
): Notice[] {
  const wanted = [
    request.mountsFromTarget ? ('mountsFromTarget' as const) : undefined,
    request.envFromTarget ? ('envFromTarget' as const) : undefined,
    request.asTarget ? ('asTarget' as const) : undefined,
  ].filter((setting) => setting !== undefined);
  if (wanted.length === 0) return [];
  if (target === undefined) {
    throw new DbgError('usage', 'TargetNotGiven', `${wanted.join(', ')} needs a target container`, {
      settings: wanted,
    });
  }
  const notices: Notice[] = [];
  if (request.mountsFromTarget) notices.push(...takeMounts(target, container, request.mountsReadWrite));
  if (request.envFromTarget) takeEnvironment(target, container);
  if (request.asTarget) notices.push(...takeIdentity(pod, target, container));
  return notices;
}

/** The target's volumes at the same paths. The API refuses subPath in ephemeral containers: those are reported. */
function takeMounts(target: Container, container: EphemeralContainer, writable: boolean): Notice[] {
  const mounts: VolumeMount[] = [];
  const left: string[] = [];
  for (const mount of target.volumeMounts ?? []) {
    if (mount.subPath !== undefined || mount.subPathExpr !== undefined) {
      left.push(`${mount.mountPath} (subPath)`);
      continue;
    }
    const taken: VolumeMount = { name: mount.name, mountPath: mount.mountPath };
    if (!writable || mount.readOnly === true) taken.readOnly = true;
    // Bidirectional propagation needs a privileged container; receiving the host's mounts does not.
    if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
      taken.mountPropagation = 'HostToContainer';
    }
    mounts.push(taken);
  }
  for (const device of target.volumeDevices ?? []) left.push(`${device.devicePath} (block device)`);
  if (mounts.length > 0) container.volumeMounts = mounts;
  if (left.length === 0) return [];
  const text = `Not mounted, because ephemeral containers can't: ${left.join(', ')}.`;
  return [{ level: 'warning', code: 'mounts-left-out', text }];
}

/** The target's environment, before the request's own variables, which override it. */
function takeEnvironment(target: Container, container: EphemeralContainer): void {
  const own = container.env ?? [];
  const taken = (target.env ?? [])
    .filter(({ name }) => !own.some((variable) => variable.name === name))
    .map((variable) => ofTarget(variable, target.name));
  const env = [...taken, ...own];
  if (env.length > 0) container.env = env;
  if (target.envFrom !== undefined && target.envFrom.length > 0) {
    container.envFrom = structuredClone(target.envFrom);
  }
}

/** A reference to a container's resources means its own: here it must name the target. */
function ofTarget(variable: EnvVar, targetName: string): EnvVar {
  const copy = structuredClone(variable);
  const reference = copy.valueFrom?.resourceFieldRef;
  if (reference !== undefined) reference.containerName ??= targetName;
  return copy;
}

/** Fields of a security context that set a process's identity and its confinement; capabilities are not included. */
const IDENTITY = [
  'runAsUser',
  'runAsGroup',
  'runAsNonRoot',
  'seccompProfile',
  'appArmorProfile',
  'seLinuxOptions',
  'windowsOptions',
] as const;

function takeIdentity(pod: Pod, target: Container, container: EphemeralContainer): Notice[] {
  const context = securityContextOf(container);
  const from = target.securityContext ?? {};
  for (const field of IDENTITY) {
    if (from[field] !== undefined) Object.assign(context, { [field]: structuredClone(from[field]) });
  }
  const user = from.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  if (user !== undefined) return [];
  const running = runningUser(pod, target.name);
  if (running !== undefined) {
    context.runAsUser = running.uid;
    context.runAsGroup ??= running.gid;
    return [];
  }
  const text = `Container "${target.name}" takes its user from its image, which the API does not show.`;
  return [{ level: 'warning', code: 'target-user-unknown', text }];
}

/** The user of a container's first process, which newer kubelets report. */
function runningUser(pod: Pod, name: string): { uid: number; gid: number } | undefined {
  const statuses: readonly unknown[] = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
  ];
  // kubernetes-types is older than this field (Kubernetes 1.31).
  for (const status of statuses as { name: string; user?: { linux?: { uid: number; gid: number } } }[]) {
    if (status.name === name) return status.user?.linux;
  }
  return undefined;
}
