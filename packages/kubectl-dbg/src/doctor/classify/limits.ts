import type { LimitRange, PodSpec, ResourceQuota } from 'kubernetes-types/core/v1.d.ts';
import type { Fact } from '../finding.ts';
import { readQuantity, toQuantity } from '../../model/quantity.ts';
import { type Amounts, containerAmounts, limitItems, podAmounts } from './pod-amounts.ts';

/** A bound of the namespace that a pod of a template exceeds, by the numbers in the API. */
export interface Bound {
  /** Name of the quota or LimitRange. */
  name: string;
  /** The API server's message for it. */
  words: string;
  facts: Fact[];
}

/** Resources for which a pod must set a value if a quota counts them. Source: quota evaluator of pods. */
const MANDATORY: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'],
  memory: ['requests', 'memory'],
  'requests.cpu': ['requests', 'cpu'],
  'requests.memory': ['requests', 'memory'],
  'limits.cpu': ['limits', 'cpu'],
  'limits.memory': ['limits', 'memory'],
};

/** A quota without room for one more pod of this template. Quotas with scopes count only some pods and are skipped. */
export function fullQuota(
  spec: PodSpec,
  quotas: readonly ResourceQuota[],
  ranges: readonly LimitRange[],
): Bound | undefined {
  for (const quota of unscoped(quotas)) {
    const { hard = {}, used = {} } = quota.status ?? {};
    for (const [resource, limit] of Object.entries(hard)) {
      const asks = asksFor(resource, spec, ranges);
      const total = (readQuantity(used[resource]) ?? 0) + asks;
      if (asks === 0 || total <= (readQuantity(limit) ?? Number.POSITIVE_INFINITY)) continue;
      const name = quota.metadata?.name ?? '';
      return {
        name,
        words: `asks ${resource}=${toQuantity(asks)}, used ${resource}=${used[resource] ?? 0}, limit ${resource}=${limit}`,
        facts: quotaFacts(quota, [resource]),
      };
    }
  }
  return undefined;
}

/** A quota that counts a resource for which a container of this template sets no value. */
export function demandingQuota(
  spec: PodSpec,
  quotas: readonly ResourceQuota[],
  ranges: readonly LimitRange[],
): Bound | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  for (const quota of unscoped(quotas)) {
    for (const resource of Object.keys(quota.status?.hard ?? {})) {
      const [field, of] = MANDATORY[resource] ?? [];
      if (field === undefined || of === undefined) continue;
      const without = containers.filter(
        (container) => containerAmounts(container, ranges)[field][of] === undefined,
      );
      if (without.length === 0) continue;
      return {
        name: quota.metadata?.name ?? '',
        words: `${resource} for: ${without.map(({ name }) => name).join(',')}`,
        facts: quotaFacts(quota, [resource]),
      };
    }
  }
  return undefined;
}

/** A LimitRange that a container of this template, or its pod as a whole, violates. */
export function brokenRange(spec: PodSpec, ranges: readonly LimitRange[]): Bound | undefined {
  const containers = [...(spec.initContainers ?? []), ...spec.containers].map((container) => ({
    type: 'Container' as const,
    ...containerAmounts(container, ranges),
  }));
  const pod = {
    type: 'Pod' as const,
    name: '',
    requests: podAmounts(spec, ranges, 'requests'),
    limits: podAmounts(spec, ranges, 'limits'),
  };
  for (const { type, requests, limits } of [...containers, pod]) {
    for (const { range, min = {}, max = {} } of limitItems(ranges, type)) {
      const found =
        outside(type, 'maximum', max, limits, (own, bound) => own > bound) ??
        outside(type, 'minimum', min, requests, (own, bound) => own < bound);
      if (found !== undefined) {
        const { resource, words, bound, field } = found;
        const path = `spec.limits[${type}].${field}.${resource}`;
        return { name: range, words, facts: [{ object: `limitrange/${range}`, path, value: bound }] };
      }
    }
  }
  return undefined;
}

function outside(
  type: string,
  which: 'maximum' | 'minimum',
  bounds: Readonly<Record<string, string>>,
  amounts: Amounts,
  breaks: (own: number, bound: number) => boolean,
) {
  const resource = Object.keys(bounds).find((name) => {
    const [own, bound] = [amounts[name], readQuantity(bounds[name])];
    return own !== undefined && bound !== undefined && breaks(own, bound);
  });
  const bound = resource === undefined ? undefined : bounds[resource];
  if (resource === undefined || bound === undefined) return undefined;
  const asked = which === 'maximum' ? 'limit' : 'request';
  return {
    resource,
    bound,
    field: which === 'maximum' ? 'max' : 'min',
    words: `${which} ${resource} usage per ${type} is ${bound}, but ${asked} is ${toQuantity(amounts[resource] ?? 0)}`,
  };
}

/** A quota's status for resources; undefined ones are omitted. */
export function quotaFacts({ metadata, status }: ResourceQuota, resources: readonly string[]): Fact[] {
  const object = `resourcequota/${metadata?.name ?? ''}`;
  return resources.flatMap((resource) =>
    (['used', 'hard'] as const).flatMap((field): Fact[] => {
      const value = status?.[field]?.[resource];
      return value === undefined ? [] : [{ object, path: `status.${field}[${resource}]`, value }];
    }),
  );
}

const unscoped = (quotas: readonly ResourceQuota[]) =>
  quotas.filter(({ spec }) => (spec?.scopes ?? []).length === 0 && spec?.scopeSelector === undefined);

/** How much of a quota's resource one pod uses. */
function asksFor(resource: string, spec: PodSpec, ranges: readonly LimitRange[]): number {
  if (resource === 'pods' || resource === 'count/pods') return 1;
  const [, field, of = resource] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [];
  const amounts = podAmounts(spec, ranges, field === 'limits' ? 'limits' : 'requests');
  return field === undefined &&
    resource !== 'cpu' &&
    resource !== 'memory' &&
    resource !== 'ephemeral-storage'
    ? 0
    : (amounts[of] ?? 0);
}
