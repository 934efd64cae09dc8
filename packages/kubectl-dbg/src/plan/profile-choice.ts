import type { AppliedProfile, DebugRequest } from '../model/plan.ts';

/** The profile to apply. The caller must have resolved `auto` (see auto.ts). */
export function profileOf(request: DebugRequest): AppliedProfile {
  if (request.profile === 'auto') throw new Error('the profile auto was not settled before planning');
  return request.profile;
}
