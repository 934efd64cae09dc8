import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { addQuantities, compareQuantities } from '../../machinery/quantity.ts';

type ResourceList = Record<string, string>;

/** The limit that a cgroup without a memory limit reports: the maximum number of pages. */
const UNLIMITED = '9007199254740988Ki';

/**
 * The resources of a pod: the sum of its regular containers and sidecars, or the largest init container.
 *
 * @param cgroupRead the kubelet has already read the pod's cgroup, where no limit is a very high limit
 */
export function podResources(
  spec: PodSpec,
  cgroupRead: boolean,
): { resources: { limits?: ResourceList; requests?: ResourceList }; allocated?: ResourceList } {
  const limits = total(spec, 'limits');
  const requests = total(spec, 'requests');
  const unlimited = cgroupRead && limits['memory'] === undefined;
  const reported = unlimited ? { ...limits, memory: UNLIMITED } : limits;
  return {
    resources: {
      ...(isEmpty(reported) ? {} : { limits: reported }),
      ...(isEmpty(requests) ? {} : { requests }),
    },
    ...(isEmpty(requests) ? {} : { allocated: requests }),
  };
}

function isEmpty(list: ResourceList): boolean {
  return Object.keys(list).length === 0;
}

function total(spec: PodSpec, kind: 'limits' | 'requests'): ResourceList {
  const sum: ResourceList = {};
  const init = spec.initContainers ?? [];
  const lasting = [...spec.containers, ...init.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  for (const container of lasting) {
    for (const [name, amount] of Object.entries(container.resources?.[kind] ?? {})) {
      sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount);
    }
  }
  for (const container of init) {
    if (container.restartPolicy === 'Always') continue;
    for (const [name, amount] of Object.entries(container.resources?.[kind] ?? {})) {
      if (sum[name] === undefined || compareQuantities(sum[name], amount) < 0) sum[name] = amount;
    }
  }
  return sum;
}
