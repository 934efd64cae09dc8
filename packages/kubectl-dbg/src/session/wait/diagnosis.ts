import type { ContainerStateTerminated } from 'kubernetes-types/core/v1.d.ts';
import type { ContainerView } from './container-state.ts';
import type { Failure } from '../../model/failure.ts';
import { imageFacts, pullFailure, shorten } from './pull-failure.ts';

/**
 * Why a container will not start: the reason to stop waiting. The message is that of Kubernetes if nothing else is known;
 * the text for the user comes from the doctor's rules (doctors-words.ts).
 */
export interface Diagnosis {
  /** The reason in the status, such as ImagePullBackOff. */
  reason: string;
  message: string;
  failure: Failure;
}

/** The request, for the text of a diagnosis. */
export interface DiagnosisContext {
  container: string;
  image: string | undefined;
  target: string | undefined;
}

/**
 * Whether a container's waiting state (or an Event about it) is a reason to stop waiting. Undefined: keep waiting.
 *
 * Reasons are those of the kubelet (`pkg/kubelet/images`, `kuberuntime`).
 */
export function diagnose(view: ContainerView, context: DiagnosisContext): Diagnosis | undefined {
  if (view.phase === 'unscheduled') {
    if (view.reason === 'SchedulingGated') {
      return {
        reason: view.reason,
        message: view.message,
        failure: { code: 'SchedulingGated', facts: {} },
      };
    }
    if (view.reason !== 'Unschedulable') return undefined;
    return {
      reason: view.reason,
      message: view.message,
      failure: { code: 'Unschedulable', facts: { why: view.message } },
    };
  }
  if (view.phase !== 'waiting') return undefined;
  if (view.reason === 'CrashLoopBackOff') return crashLoop(view.reason, view.last, context);
  return diagnoseReason(view.reason, view.message, context);
}

/** Like `diagnose`, for a reason and message from a status or an Event. */
export function diagnoseReason(
  reason: string,
  message: string,
  context: DiagnosisContext,
): Diagnosis | undefined {
  switch (reason) {
    case 'ErrImagePull':
    case 'RegistryUnavailable':
      return pullFailure(reason, message, context.image, false);
    case 'ImagePullBackOff':
      return pullFailure(reason, message, context.image, true);
    case 'ImageInspectError':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'ImageUnreadable', facts: imageFacts(context.image) },
      };
    case 'SignatureValidationFailed':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'ImageSignatureRejected', facts: imageFacts(context.image) },
      };
    case 'InvalidImageName':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'ImageNameInvalid', facts: imageFacts(context.image) },
      };
    case 'ErrImageNeverPull':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'ImageNotOnNode', facts: imageFacts(context.image) },
      };
    case 'CreateContainerConfigError':
      return mayPass(message) ? undefined : { reason, ...configError(message, context) };
    case 'CreateContainerError':
      return mayPass(message) ? undefined : { reason, ...createError(message, context) };
    case 'PreCreateHookError':
    case 'PreStartHookError':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'ContainerNotCreated', facts: { container: context.container, step: 'prepare' } },
      };
    case 'PostStartHookError':
      return {
        reason,
        message: shorten(message),
        failure: { code: 'PostStartHookFailed', facts: { container: context.container } },
      };
    case 'CrashLoopBackOff':
      return crashLoop(reason, undefined, context);
    case 'RunContainerError':
    case 'StartError':
    case 'ContainerCannotRun':
      return { reason, ...startError(message, context) };
    default:
      return undefined;
  }
}

/** A container that exits right after its start can't be attached to. */
function crashLoop(
  reason: string,
  last: ContainerStateTerminated | undefined,
  { container }: DiagnosisContext,
): Diagnosis {
  return {
    reason,
    message: `container ${container} ${last === undefined ? 'ends' : lastEnd(last)}, and keeps restarting`,
    failure: { code: 'CrashLoop', facts: { container } },
  };
}

function lastEnd({ exitCode, reason }: ContainerStateTerminated): string {
  if (reason === 'OOMKilled') return 'is killed for exceeding its memory limit';
  return `exits with code ${exitCode}`;
}

/**
 * Errors that the kubelet retries a moment later, often successfully. The last two: the target container has not been
 * created or started yet (the API server accepts only the names of containers that the pod has).
 */
function mayPass(message: string): boolean {
  return /timed out waiting for the condition|context deadline exceeded|is reserved for|unable to find target container|in state CONTAINER_CREATED/i.test(
    message,
  );
}

function configError(message: string, { container }: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  if (/runAsNonRoot/.test(message)) {
    return {
      message: shorten(message),
      failure: { code: 'ImageRunsAsRoot', facts: { container } },
    };
  }
  const missing = /(configmap|secret) "([^"]+)" not found/i.exec(message);
  if (missing !== null) {
    const [, kind = '', name = ''] = missing;
    return {
      message: shorten(message),
      failure: { code: 'ConfigurationMissing', facts: { container, kind, name } },
    };
  }
  const missingKey = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message);
  if (missingKey !== null) {
    const [, key = '', kind = '', name = ''] = missingKey;
    return {
      message: shorten(message),
      failure: { code: 'ConfigurationMissing', facts: { container, kind, name, key } },
    };
  }
  return {
    message: shorten(message),
    failure: { code: 'ContainerNotCreated', facts: { container, step: 'configure' } },
  };
}

function createError(message: string, { container, target }: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  if (/invalid target container|is not running - in state/.test(message)) {
    const which = target === undefined ? 'the target container' : `container ${target}`;
    return {
      message: `${which} is not running, so its process namespace cannot be joined`,
      failure: { code: 'TargetGone', facts: { container, ...(target === undefined ? {} : { target }) } },
    };
  }
  return {
    message: shorten(message),
    failure: { code: 'ContainerNotCreated', facts: { container, step: 'create' } },
  };
}

function startError(message: string, { container }: DiagnosisContext): Omit<Diagnosis, 'reason'> {
  const exec = /exec: "((?:[^"\\]|\\.)*)": (.*)$/.exec(message);
  if (exec !== null) {
    const [, program = '', why = ''] = exec;
    const missing = /not found|no such file/.test(why);
    return {
      message: shorten(message),
      failure: { code: 'ProgramNotRun', facts: { container, program, missing } },
    };
  }
  return {
    message: shorten(message),
    failure: { code: 'ContainerNotStarted', facts: { container } },
  };
}
