import { compareQuantities } from '../../machinery/quantity.ts';
import type { PodSpec } from './types.ts';

const COMPUTE_RESOURCES = ['cpu', 'memory'];

type Resources = Readonly<Record<string, string>>;

/**
 * A pod's QoS class: Guaranteed if in all containers the limits of cpu and memory equal the requests, BestEffort if none
 * has either, otherwise Burstable.
 */
export function qosClass(spec: PodSpec): string {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const all: { limits?: Resources; requests?: Resources }[] =
    spec.resources === undefined
      ? containers.map((container) => container.resources ?? {})
      : [spec.resources];
  const hasResources = all.some((resources) =>
    COMPUTE_RESOURCES.some((name) => isSet(resources.limits, name) || isSet(resources.requests, name)),
  );
  if (!hasResources) return 'BestEffort';
  const guaranteed = all.every((resources) =>
    COMPUTE_RESOURCES.every((name) => {
      const limit = resources.limits?.[name];
      const request = resources.requests?.[name];
      return (
        isSet(resources.limits, name) &&
        (request === undefined || compareQuantities(request, limit ?? '0') === 0)
      );
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function isSet(resources: Resources | undefined, name: string): boolean {
  const value = resources?.[name];
  return value !== undefined && compareQuantities(value, '0') > 0;
}
