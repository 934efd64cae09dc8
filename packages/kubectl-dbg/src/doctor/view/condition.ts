import type { Fact } from '../finding.ts';

/** The common fields of conditions of all kinds. */
export interface ApiCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
}

/** A condition with its path. */
export interface ConditionView {
  status: string;
  reason: string;
  message: string;
  since: string | undefined;
  fact: Fact;
}

/** Finds a condition by its type. Unknown types are ignored, because their polarity is unknown. */
export function conditionOf(
  object: string,
  conditions: readonly ApiCondition[] | undefined,
  type: string,
): ConditionView | undefined {
  const found = (conditions ?? []).find((condition) => condition.type === type);
  if (found === undefined) return undefined;
  const { status, reason = '', message = '', lastTransitionTime } = found;
  return {
    status,
    reason,
    message,
    since: lastTransitionTime,
    fact: {
      object,
      path: `status.conditions[${type}]`,
      value: [status, reason, message].filter((part) => part !== '').join(': '),
    },
  };
}
