import type { Container, EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Notice } from '../model/plan.ts';

/** The generated name of the debug container. */
export function nameGenerated(name: string): Notice {
  return { level: 'info', code: 'name-generated', text: `Defaulting debug container name to ${name}.` };
}

/** The profile that kubectl is about to remove. */
export function legacyDeprecated(): Notice {
  return {
    level: 'warning',
    code: 'legacy-deprecated',
    text: 'Profile legacy is deprecated and will be removed with Kubernetes v1.39.',
    always: true,
  };
}

/**
 * The warning that capabilities won't help a process that isn't root: if the pod sets another user, the container doesn't
 * go back to root, and it was given capabilities or privileges.
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
        'of the added capabilities.',
      always: true,
    },
  ];
}
