import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerView } from './container-state.ts';

/** Why a container will not start, in one line, and what to do about it. */
export interface Diagnosis {
  /** Kubernetes' reason, such as ImagePullBackOff. */
  reason: string;
  message: string;
  remedy?: string;
}

/** What was asked for, for the words of a diagnosis. */
export interface DiagnosisContext {
  container: string;
  image: string | undefined;
  target: string | undefined;
}

/**
 * Reads a container's waiting state (or what an Event says of it) as a reason to give up. Undefined: keep waiting.
 *
 * Reasons are those of the kubelet (`pkg/kubelet/images`, `kuberuntime`).
 */
export function diagnose(view: ContainerView, context: DiagnosisContext): Diagnosis | undefined {
  if (view.phase === 'unscheduled') {
    if (view.reason !== 'Unschedulable') return undefined;
    return {
      reason: view.reason,
      message: `no node takes the pod: ${view.message}`,
      remedy: 'Make room in the cluster, or correct what the pod asks for (a copy: --same-node or --node)',
    };
  }
  if (view.phase !== 'waiting') return undefined;
  return diagnoseReason(view.reason, view.message, context);
}

/** As `diagnose`, for a reason and message as they stand in a status or in an Event. */
export function diagnoseReason(
  reason: string,
  message: string,
  context: DiagnosisContext,
): Diagnosis | undefined {
  const image = context.image === undefined ? 'the image' : `image "${context.image}"`;
  switch (reason) {
    case 'ErrImagePull':
      return pullFailure(reason, message, image, false);
    case 'ImagePullBackOff':
      return pullFailure(reason, message, image, true);
    case 'InvalidImageName':
      return { reason, message: `${image} is not a valid image reference`, remedy: 'Correct --image' };
    case 'ErrImageNeverPull':
      return {
        reason,
        message: `${image} is not on the node and the pull policy is Never`,
        remedy: 'Use --image-pull-policy=IfNotPresent, or an image that the node has',
      };
    case 'CreateContainerConfigError':
      return { reason, ...configError(message, context) };
    case 'CreateContainerError':
      return { reason, ...createError(message, context) };
    case 'RunContainerError':
    case 'StartError':
    case 'ContainerCannotRun':
      return { reason, ...startError(message, context) };
    default:
      return undefined;
  }
}

function pullFailure(
  reason: string,
  message: string,
  image: string,
  repeated: boolean,
): Diagnosis | undefined {
  if (/code = NotFound|: not found|manifest unknown|repository does not exist/i.test(message)) {
    return { reason, message: `${image} does not exist in its registry`, remedy: 'Correct --image' };
  }
  if (
    /unauthorized|401|403|forbidden|authorization failed|access denied|authentication required/i.test(message)
  ) {
    return {
      reason,
      message: `the registry refuses to give ${image} to the node without credentials`,
      remedy: 'Use an image that the node may pull, or a pod whose imagePullSecrets allow it',
    };
  }
  if (/no such host|name resolution|server misbehaving/i.test(message)) {
    return {
      reason,
      message: `the node finds no registry host for ${image}`,
      remedy: 'Correct the registry in --image, or use one that the node can reach',
    };
  }
  // Anything else may pass (a registry that is slow or down): give up only once the kubelet backs off.
  if (!repeated) return undefined;
  return {
    reason,
    message: `the node cannot pull ${image}: ${shorten(message)}`,
    remedy: 'Use an image that the node has or can reach',
  };
}

function configError(message: string, { container }: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  if (/runAsNonRoot/.test(message)) {
    return {
      message: `container ${container} must not run as root (runAsNonRoot), but its image does`,
      remedy: 'Use --run-as=UID, or an image with a numeric user of its own',
    };
  }
  const missing = /(configmap|secret) "([^"]+)" not found/i.exec(message);
  if (missing !== null) {
    return {
      message: `container ${container} needs the ${missing[1]} "${missing[2]}", which does not exist`,
      remedy: 'Create it, or leave that environment out',
    };
  }
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message);
  if (key !== null) {
    return {
      message: `container ${container} needs the key ${key[1]} of ${key[2]} ${key[3]}, which is not there`,
      remedy: 'Add the key, or leave that environment out',
    };
  }
  return { message: `container ${container} cannot be configured: ${shorten(message)}` };
}

function createError(message: string, context: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  if (/invalid target container|is not running - in state/.test(message)) {
    const target = context.target === undefined ? 'the target container' : `container ${context.target}`;
    return {
      message: `${target} does not run, so its processes cannot be joined`,
      remedy: 'Try again while it runs, debug a copy with --copy-to, or give --target= to join none',
    };
  }
  return { message: `container ${context.container} cannot be created: ${shorten(message)}` };
}

function startError(message: string, context: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  const exec = /exec: "((?:[^"\\]|\\.)*)": (.*)$/.exec(message);
  if (exec !== null) {
    const [, program = '', why = ''] = exec;
    const remedy = /not found|no such file/.test(why)
      ? 'Give a command that the image has, or an image that has the command'
      : 'Correct the command after --';
    return {
      message: `"${program}" cannot be run in container ${context.container}: ${shorten(why)}`,
      remedy,
    };
  }
  return { message: `the runtime cannot start container ${context.container}: ${shorten(message)}` };
}

/** Reads the whole pod: one that has ended or is going away will never start a container. */
export function diagnosePod(pod: Pod): Diagnosis | undefined {
  const name = pod.metadata?.name ?? '';
  const { phase, reason, message } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed') {
    const why = reason === 'Evicted' ? `was evicted: ${message ?? ''}` : `has ended (${phase})`;
    return {
      reason: reason ?? phase,
      message: `pod ${name} ${why}; nothing more starts in it`,
      remedy: 'Debug a copy of it with --copy-to',
    };
  }
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return { reason: 'Deleted', message: `pod ${name} is being deleted; nothing more starts in it` };
  }
  return undefined;
}

/** Runtimes nest their messages by colons; the last part is what happened. Long ones are cut. */
function shorten(message: string): string {
  const MAX = 200;
  const text = message.trim();
  return text.length <= MAX ? text : `…${text.slice(-MAX)}`;
}
