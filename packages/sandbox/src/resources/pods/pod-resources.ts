import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, invalid, key, notSupported } from '../../machinery/field-errors.ts';
import { addQuantities, compareQuantities } from '../../machinery/quantity.ts';
import type { Container, PodSpec } from './types.ts';
import { isHugePages, validateAmounts, validateResourceName } from './validate-resources.ts';

/*
 * Pod-level resources (KEP-2837).
 */

const SUPPORTED = ['cpu', 'hugepages-', 'memory'];

type Amounts = Record<string, string>;

function isSupported(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

function requestsOf(container: Container): Amounts {
  return container.resources?.requests ?? {};
}

function sum(left: Amounts, right: Amounts): Amounts {
  const total = { ...left };
  for (const [name, amount] of Object.entries(right)) total[name] = addQuantities(total[name] ?? '0', amount);
  return total;
}

function most(left: Amounts, right: Amounts): Amounts {
  const larger = { ...left };
  for (const [name, amount] of Object.entries(right)) {
    if (compareQuantities(amount, larger[name] ?? '0') > 0) larger[name] = amount;
  }
  return larger;
}

/** The maximum of the requests at any time: an init container runs alone, with the sidecars before it. */
function aggregatedRequests(spec: PodSpec): Amounts {
  let sidecars: Amounts = {};
  let init: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const requests = sum(sidecars, requestsOf(container));
    if (container.restartPolicy === 'Always') sidecars = requests;
    init = most(init, requests);
  }
  const running = (spec.containers ?? []).map(requestsOf).reduce(sum, sidecars);
  return most(running, init);
}

/** The default pod-level requests: those of the containers, otherwise the pod-level limits. */
export function defaultPodResources(spec: PodSpec): void {
  if (spec.resources === undefined) return;
  const own = spec.resources.requests ?? {};
  const all = { ...spec.resources.limits, ...aggregatedRequests(spec) };
  const supported = Object.fromEntries(Object.entries(all).filter(([name]) => isSupported(name)));
  const requests = Object.entries({ ...supported, ...own });
  if (requests.length === 0) return;
  spec.resources.requests = Object.fromEntries(requests.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Validates pod-level resources, also against those of the containers. */
export function validatePodResources(spec: PodSpec, path: string): FieldError[] {
  const { resources } = spec;
  if (resources === undefined) return [];
  const errors: FieldError[] = [];
  if (resources.claims !== undefined) {
    errors.push(forbidden(child(path, 'claims'), 'claims cannot be set for Resources at pod-level'));
  }
  errors.push(...validateAmounts(resources, path, validatePodResourceName));
  const requests = resources.requests ?? {};
  for (const [name, total] of Object.entries(aggregatedRequests(spec))) {
    const request = requests[name] ?? '0';
    if (!isSupported(name) || compareQuantities(total, request) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${total}`;
    errors.push(invalid(key(child(path, 'requests'), name), request, detail));
  }
  const limits = resources.limits ?? {};
  for (const [position, container] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const whole = limits[name];
      if (whole === undefined || compareQuantities(limit, whole) <= 0) continue;
      const at = child(key(index(child(path, 'containers'), position), name), 'limits');
      errors.push(invalid(at, limit, `must be less than or equal to pod limits of ${whole}`));
    }
  }
  return errors;
}

function validatePodResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  return errors.length > 0 || isSupported(name) ? errors : [notSupported(path, name, SUPPORTED)];
}
