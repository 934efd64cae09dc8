import type { Container, LimitRange, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { readQuantity } from '../../model/quantity.ts';

/** Amounts by resource: cpu, memory, nvidia.com/gpu... */
export type Amounts = Readonly<Record<string, number>>;

/** Requests and limits of a container, with the defaults of the namespace. */
export interface ContainerAmounts {
  name: string;
  requests: Amounts;
  limits: Amounts;
}

/** The items of LimitRanges for one type: Container or Pod. */
export const limitItems = (ranges: readonly LimitRange[], type: 'Container' | 'Pod') =>
  ranges.flatMap(({ metadata, spec }) =>
    (spec?.limits ?? [])
      .filter((item) => item.type === type)
      .map((item) => ({ ...item, range: metadata?.name ?? '' })),
  );

/** Source: admission plugin LimitRanger (defaults), API defaults (a limit without a request is also the request). */
export function containerAmounts(container: Container, ranges: readonly LimitRange[]): ContainerAmounts {
  const items = limitItems(ranges, 'Container');
  const defaults = (field: 'default' | 'defaultRequest') =>
    Object.assign({}, ...items.map((item) => item[field] ?? {})) as Record<string, string>;
  const limits = { ...defaults('default'), ...container.resources?.limits };
  const requests = {
    ...container.resources?.limits,
    ...defaults('defaultRequest'),
    ...container.resources?.requests,
  };
  return { name: container.name, requests: numbers({ ...limits, ...requests }), limits: numbers(limits) };
}

/** The amounts of a pod: its containers and sidecars together, or the largest of its init containers. */
export function podAmounts(
  spec: PodSpec,
  ranges: readonly LimitRange[],
  field: 'requests' | 'limits',
): Amounts {
  const { initContainers = [], containers } = spec;
  const sum = (list: readonly Container[]) =>
    list.map((container) => containerAmounts(container, ranges)[field]).reduce(add, {});
  const sidecars = initContainers.filter((container) => container.restartPolicy === 'Always');
  const first = initContainers.filter((container) => container.restartPolicy !== 'Always');
  return first
    .map((container) => sum([...sidecars, container]))
    .reduce(larger, add(sum([...containers, ...sidecars]), numbers(spec.overhead ?? {})));
}

const combine =
  (with_: (a: number, b: number) => number) =>
  (a: Amounts, b: Amounts): Amounts =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
        key,
        with_(a[key] ?? 0, b[key] ?? 0),
      ]),
    );
const add = combine((a, b) => a + b);
const larger = combine(Math.max);

function numbers(quantities: Readonly<Record<string, string>>): Amounts {
  return Object.fromEntries(
    Object.entries(quantities).flatMap(([key, text]) => {
      const value = readQuantity(text);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
