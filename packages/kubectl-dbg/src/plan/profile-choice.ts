import type { AppliedProfile, DebugRequest } from './types.ts';

/** The profile to apply. A request for `auto` must have been settled by the caller (see auto.ts). */
export function profileOf(request: DebugRequest): AppliedProfile {
  if (request.profile === 'auto') throw new Error('the profile auto was not settled before planning');
  return request.profile;
}
