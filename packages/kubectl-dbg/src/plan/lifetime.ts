import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { DebugRequest, Notice, Plan } from '../model/plan.ts';

/** Default lifetime (seconds) of objects created for debugging, even if they are left behind. */
export const DEFAULT_TTL_SECONDS = 3600;

/**
 * A plan whose pod terminates by itself (`activeDeadlineSeconds`). A deadline that a copy has from its original is kept,
 * unless another one is requested. A copy that replaces a pod has none, and neither has an ephemeral container.
 */
export function withLifetime(plan: Plan, { ttl, copy }: Pick<DebugRequest, 'ttl' | 'copy'>): Plan {
  if (plan.workflow === 'ephemeral' || copy?.replace === true) return plan;
  const [create, ...others] = plan.writes;
  if (create === undefined) return plan;
  const body = create.body as Pod;
  const inherited = body.spec?.activeDeadlineSeconds;
  const seconds = ttl ?? inherited ?? DEFAULT_TTL_SECONDS;
  const { activeDeadlineSeconds: _, ...spec } = body.spec ?? { containers: [] };
  const pod = { ...body, spec: seconds === 0 ? spec : { ...spec, activeDeadlineSeconds: seconds } };
  return {
    ...plan,
    pod,
    writes: [{ ...create, body: pod }, ...others],
    notices: seconds === 0 ? plan.notices : [...plan.notices, ends(pod, seconds)],
  };
}

function ends({ metadata }: Pod, seconds: number): Notice {
  const text = `Pod ${metadata?.name ?? ''} terminates after ${durationWords(seconds)}.`;
  return { level: 'info', code: 'lifetime', text };
}

/** Seconds as a Go duration: `1h30m`. */
function durationWords(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  return parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value}${unit}`)
    .join('');
}
