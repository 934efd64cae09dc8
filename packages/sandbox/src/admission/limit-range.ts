import type { KubeObject } from '../machinery/objects.ts';
import type { Container, PodObject } from '../resources/pods/types.ts';
import { addQuantities, compareQuantities, quantityValue } from '../machinery/quantity.ts';
import type { WriteContext } from '../resources/rules.ts';
import { podRefusal } from './refusal.ts';

type Quantities = Record<string, string>;

interface LimitRangeItem {
  type: string;
  max?: Quantities;
  min?: Quantities;
  default?: Quantities;
  defaultRequest?: Quantities;
  maxLimitRequestRatio?: Quantities;
}

interface LimitRange extends KubeObject {
  spec?: { limits?: LimitRangeItem[] };
}

function itemsOf(namespace: string, context: WriteContext, type: string): LimitRangeItem[] {
  return context.store
    .list<LimitRange>('limitranges', namespace)
    .flatMap((range) => range.spec?.limits ?? [])
    .filter((item) => item.type === type);
}

/** Sets the namespace's default limits and requests in a new pod, and an annotation about it. */
export function admitLimitRange(pod: PodObject, context: WriteContext): void {
  const notes: string[] = [];
  for (const item of itemsOf(pod.metadata.namespace ?? '', context, 'Container')) {
    for (const [list, what] of [
      ['initContainers', 'init container'],
      ['containers', 'container'],
    ] as const) {
      for (const container of pod.spec[list] ?? []) {
        const parts = applyDefaults(container, item);
        notes.push(...parts.map((part) => `${part} for ${what} ${container.name}`));
      }
    }
  }
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    'kubernetes.io/limit-ranger': `LimitRanger plugin set: ${notes.join('; ')}`,
  };
}

/** The defaults that were set, such as `cpu, memory request`. */
function applyDefaults(container: Container, item: LimitRangeItem): string[] {
  const requests = defaultsToSet(container.resources?.requests, requestDefaults(item));
  const limits = defaultsToSet(container.resources?.limits, limitDefaults(item));
  const resources = (container.resources ??= {});
  const notes: string[] = [];
  if (requests.length > 0) {
    resources.requests = withDefaults(resources.requests, requests);
    notes.push(`${requests.map(([name]) => name).join(', ')} request`);
  }
  if (limits.length > 0) {
    resources.limits = withDefaults(resources.limits, limits);
    notes.push(`${limits.map(([name]) => name).join(', ')} limit`);
  }
  return notes;
}

/** The default of a limit without one is the maximum. */
function limitDefaults(item: LimitRangeItem): Quantities {
  return { ...item.max, ...item.default };
}

/** The default of a request without one is the default limit, then the minimum, then the maximum. */
function requestDefaults(item: LimitRangeItem): Quantities {
  return { ...item.max, ...item.min, ...item.default, ...item.defaultRequest };
}

function defaultsToSet(given: Quantities | undefined, defaults: Quantities): [string, string][] {
  return Object.entries(defaults)
    .filter(([name]) => given?.[name] === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function withDefaults(given: Quantities | undefined, added: readonly [string, string][]): Quantities {
  const all = [...Object.entries(given ?? {}), ...added];
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Refuses a new pod outside the limits of its namespace. */
export function checkLimitRange(pod: PodObject, context: WriteContext): void {
  const namespace = pod.metadata.namespace ?? '';
  const reasons: string[] = [];
  for (const item of itemsOf(namespace, context, 'Container')) {
    for (const container of [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]) {
      reasons.push(...violations(container.resources?.requests, container.resources?.limits, item));
    }
  }
  for (const item of itemsOf(namespace, context, 'Pod')) {
    const requests = sumOf(pod, 'requests');
    const limits = sumOf(pod, 'limits');
    reasons.push(...violations(requests, limits, item));
  }
  if (reasons.length === 0) return;
  throw podRefusal(pod, reasons.length === 1 ? (reasons[0] ?? '') : `[${reasons.join(', ')}]`);
}

function violations(
  requests: Quantities | undefined,
  limits: Quantities | undefined,
  item: LimitRangeItem,
): string[] {
  const found: string[] = [];
  for (const [name, least] of Object.entries(item.min ?? {})) {
    const what = `minimum ${name} usage per ${item.type} is ${least}`;
    const request = requests?.[name];
    const limit = limits?.[name];
    if (request === undefined) found.push(`${what}.  No request is specified`);
    else if (compareQuantities(request, least) < 0) found.push(`${what}, but request is ${request}`);
    else if (limit !== undefined && compareQuantities(limit, least) < 0) {
      found.push(`${what}, but limit is ${limit}`);
    }
  }
  for (const [name, most] of Object.entries(item.max ?? {})) {
    const what = `maximum ${name} usage per ${item.type} is ${most}`;
    const request = requests?.[name];
    const limit = limits?.[name];
    if (limit === undefined) found.push(`${what}.  No limit is specified`);
    else if (compareQuantities(limit, most) > 0) found.push(`${what}, but limit is ${limit}`);
    else if (request !== undefined && compareQuantities(request, most) > 0) {
      found.push(`${what}, but request is ${request}`);
    }
  }
  for (const [name, most] of Object.entries(item.maxLimitRequestRatio ?? {})) {
    const request = requests?.[name];
    const limit = limits?.[name];
    const what = `${name} max limit to request ratio per ${item.type} is ${most}`;
    if (request === undefined || limit === undefined) {
      found.push(`${what}, but no request is specified or request is 0`);
      continue;
    }
    const ratio = Number(quantityValue(limit)) / Number(quantityValue(request));
    if (ratio > Number(quantityValue(most))) found.push(`${what}, but provided ratio is ${ratio.toFixed(6)}`);
  }
  return found;
}

function sumOf(pod: PodObject, kind: 'requests' | 'limits'): Quantities {
  const sums: Quantities = {};
  for (const container of pod.spec.containers ?? []) {
    for (const [name, quantity] of Object.entries(container.resources?.[kind] ?? {})) {
      sums[name] = addQuantities(sums[name] ?? '0', quantity);
    }
  }
  return sums;
}
