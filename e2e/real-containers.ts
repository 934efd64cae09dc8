import { missingForRealContainers } from 'kube-sandbox';
import { REAL_CONTEXT } from './world.ts';

/** Why tests with real containers cannot run here, in words; undefined if they can. */
export function missingForContainers(): string | undefined {
  return REAL_CONTEXT === undefined ? missingForRealContainers() : undefined;
}
