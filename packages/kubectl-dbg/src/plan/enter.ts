import type { ContainerStatus, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { DebugRequest, EnterMode, Notice } from '../model/plan.ts';
import { ENTER_SCRIPT, SCRIPT_VARIABLE } from './enter-script.ts';
import { defaultContainer, podFacts, podName } from './target.ts';
import { isWindowsPod } from './windows.ts';

/**
 * Makes the container's command run inside its target, in place, after profile and adjustments; returns what the user
 * should know, and the prefix for a command that runs by exec. Throws DbgError (usage) if it is clear that this can't
 * work.
 */
export function enterTarget(
  mode: EnterMode,
  request: Pick<DebugRequest, 'argumentsOnly' | 'env' | 'words' | 'target' | 'sleeps'>,
  pod: Pod,
  container: EphemeralContainer,
): { notice: Notice; prefix: readonly string[] } {
  if (isWindowsPod(pod)) {
    throw new DbgError(
      'usage',
      'EnterOnWindows',
      `pod ${podName(pod)} runs on Windows, where no other container can be entered`,
      podFacts(pod),
    );
  }
  if (request.argumentsOnly) {
    throw new DbgError(
      'usage',
      'EnterNeedsCommand',
      "entering a container needs a whole command, not arguments for the image's entrypoint",
    );
  }
  const name =
    container.targetContainerName ?? (request.target === undefined ? defaultContainer(pod)?.name : undefined);
  if (name === undefined) {
    throw new DbgError('usage', 'EnterNeedsTarget', 'entering a container needs a target container');
  }
  checkRights(mode, pod, container);
  const isJoined = container.targetContainerName !== undefined && pod.spec?.shareProcessNamespace !== true;
  const found = isJoined ? 'joined' : 'shared';
  const names = request.env.map((variable) => variable.name).filter((word) => /^[A-Za-z_]\w*$/.test(word));
  const prefix = [
    'sh',
    '-c',
    `eval "$${SCRIPT_VARIABLE}"`,
    'enter',
    mode === 'namespaces' ? `${found}-namespaces` : found,
    containerId(pod, name),
    name,
    names.join(' '),
  ];
  container.env = [...(container.env ?? []), { name: SCRIPT_VARIABLE, value: ENTER_SCRIPT }];
  if (request.sleeps !== true) {
    delete container.args;
    container.command = [...prefix, ...request.words];
  }
  return { notice: notice(mode, name, container.image ?? ''), prefix };
}

function notice(mode: EnterMode, name: string, image: string): Notice {
  const tools = `the tools of ${image} are on PATH`;
  const text =
    mode === 'root'
      ? `Entering the file system of container "${name}": / is its root, and ${tools}.`
      : `Entering the mount, UTS, IPC and network namespaces of container "${name}": mounts are made there, and ${tools}.`;
  return { level: 'info', code: `entering-${mode}`, text };
}

/** What the container's security context, and the pod's, clearly does not permit. */
function checkRights(mode: EnterMode, pod: Pod, { securityContext = {} }: EphemeralContainer): void {
  const { privileged, capabilities = {}, runAsUser, runAsNonRoot } = securityContext;
  const added = new Set((capabilities.add ?? []).map((word) => word.replace(/^CAP_/, '')));
  const dropped = new Set((capabilities.drop ?? []).map((word) => word.replace(/^CAP_/, '')));
  const has = (capability: string, byDefault: boolean): boolean =>
    privileged === true ||
    added.has(capability) ||
    added.has('ALL') ||
    (byDefault && !dropped.has(capability) && !dropped.has('ALL'));
  if (mode === 'namespaces' && !has('SYS_ADMIN', false)) {
    throw new DbgError(
      'usage',
      'EnterNeedsCapability',
      'entering the namespaces of another container needs the capability SYS_ADMIN, which the debug container lacks',
      { mode, capability: 'SYS_ADMIN' },
    );
  }
  if (!has('SYS_CHROOT', true)) {
    throw new DbgError(
      'usage',
      'EnterNeedsCapability',
      'entering another container needs the capability SYS_CHROOT, which the debug container lacks',
      { mode, capability: 'SYS_CHROOT' },
    );
  }
  const user = runAsUser ?? pod.spec?.securityContext?.runAsUser;
  const isNonRoot = runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot;
  if ((user !== undefined && user !== 0) || (user === undefined && isNonRoot === true)) {
    throw new DbgError(
      'usage',
      'EnterNeedsRoot',
      `entering another container needs root, but the debug container runs as ${user ?? 'another user'}`,
      user === undefined ? {} : { user },
    );
  }
}

/** The runtime's id of a container, which identifies its processes: without `containerd://`. */
function containerId({ status = {} }: Pod, name: string): string {
  const statuses: ContainerStatus[] = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []),
  ];
  return statuses.find((known) => known.name === name)?.containerID?.replace(/^.*:\/\//, '') ?? '';
}
