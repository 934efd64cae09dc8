import { asPod, type PodObject } from '../resources/pods/types.ts';
import { admitLimitRange, checkLimitRange } from './limit-range.ts';
import type { Attributes } from './attributes.ts';
import { admitPodSecurity } from './pod-security/admission.ts';
import { admitPriority, admitRuntimeClass, admitTolerations, keepPriority } from './scheduling.ts';
import { admitServiceAccount } from './service-account.ts';

/** Mutating admission of a pod, in the order of the plugins. */
export function mutatePod({ object, old, subresource, context }: Attributes): void {
  const pod = asPod(object);
  if (old === undefined) {
    admitLimitRange(pod, context);
    admitServiceAccount(pod, context);
    admitPriority(pod, context);
    admitTolerations(pod);
    admitRuntimeClass(pod, context);
  } else if (subresource === undefined) mutateChangedPod(pod, asPod(old));
}

function mutateChangedPod(pod: PodObject, old: PodObject): void {
  keepPriority(pod, old);
  admitTolerations(pod);
}

/** Validating admission of a pod, except the quota, which applies to every kind. */
export function validatePod({ object, old, subresource, context }: Attributes): void {
  if (old === undefined) checkLimitRange(asPod(object), context);
  if (old === undefined || subresource === 'ephemeralcontainers') admitPodSecurity(object, old, context);
}
