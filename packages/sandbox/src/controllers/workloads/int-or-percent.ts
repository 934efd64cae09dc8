import type { IntOrPercent } from '../../resources/workloads/types.ts';

const WHOLE = 100;

/** The number, or the percentage of a total, rounded up or down. */
export function resolveShare(value: IntOrPercent | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const exact = (Number.parseInt(value, 10) * total) / WHOLE;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}
