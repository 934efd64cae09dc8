import type { Container, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Notice } from './types.ts';

/** Says which name the debug container got. */
export function nameGenerated(name: string): Notice {
  return { level: 'info', code: 'name-generated', text: `Defaulting debug container name to ${name}.` };
}

/** Said of the profile that kubectl is about to drop. */
export function legacyDeprecated(): Notice {
  return {
    level: 'warning',
    code: 'legacy-deprecated',
    text: '--profile=legacy is deprecated and goes with Kubernetes v1.39: --profile=general is the usual one now.',
    always: true,
  };
}

/**
 * The warning that capabilities won't help a process that isn't root: due when the pod sets another user, the
 * container doesn't go back to root, and it was given capabilities or privileges.
 */
export function nonRootWarning(pod: Pod, container: Container | EphemeralContainer): Notice[] {
  const podUser = pod.spec?.securityContext?.runAsUser;
  const context = container.securityContext;
  if (podUser === undefined || podUser === 0 || context === undefined || context.runAsUser === 0) return [];
  const powers = context.privileged === true || (context.capabilities?.add ?? []).length > 0;
  if (!powers) return [];
  return [
    {
      level: 'warning',
      code: 'non-root',
      text:
        `Non-root user is configured for the entire target Pod: user ${context.runAsUser ?? podUser} gets no use ` +
        'of the added capabilities. --run-as=0 runs the debug container as root.',
      always: true,
    },
  ];
}
