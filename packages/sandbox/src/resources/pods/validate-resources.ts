import type { ResourceRequirements } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  key,
  notFound,
  required,
} from '../../machinery/field-errors.ts';
import { qualifiedName } from '../../machinery/names.ts';
import { compareQuantities, parseQuantity, quantityValue } from '../../machinery/quantity.ts';

/** Resources without a domain that a container may request. */
const STANDARD = ['cpu', 'ephemeral-storage', 'memory'];
/** Names that are only valid in quotas and volumes. */
const KNOWN = new Set([
  ...STANDARD.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
  'storage',
]);
const NANO_PER_UNIT = 1_000_000_000n;

/** Validates the resources of a container; `claims` are the names of the pod's resource claims. */
export function validateResources(
  resources: ResourceRequirements,
  claims: readonly string[],
  path: string,
): FieldError[] {
  const errors = validateAmounts(resources, path, validateContainerResourceName);
  return [...errors, ...validateClaims(resources.claims ?? [], claims, child(path, 'claims'))];
}

/** Validates limits and requests, and their names with the given function. */
export function validateAmounts(
  resources: ResourceRequirements,
  path: string,
  validateName: (name: string, path: string) => FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  const limits = (resources.limits ?? {}) as Record<string, string>;
  const requests = (resources.requests ?? {}) as Record<string, string>;
  const limitsPath = child(path, 'limits');
  const requestsPath = child(path, 'requests');
  for (const [name, quantity] of Object.entries(limits)) {
    const at = key(limitsPath, name);
    errors.push(...validateName(name, at), ...validateAmount(name, quantity, at));
  }
  for (const [name, quantity] of Object.entries(requests)) {
    const at = key(requestsPath, name);
    errors.push(...validateName(name, at), ...validateAmount(name, quantity, at));
    const limit = limits[name];
    if (limit === undefined) {
      if (!mayOvercommit(name)) {
        errors.push(required(limitsPath, 'Limit must be set for non overcommitable resources'));
      }
      continue;
    }
    const order = compareQuantities(quantity, limit);
    if (order !== 0 && !mayOvercommit(name)) {
      errors.push(invalid(requestsPath, quantity, `must be equal to ${name} limit of ${limit}`));
    } else if (order > 0) {
      const detail = `must be less than or equal to ${name} limit of ${limit}`;
      errors.push(invalid(requestsPath, quantity, detail));
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'));
  }
  return errors;
}

/** Whether a resource is huge pages. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Only native resources except huge pages may be overcommitted. */
function mayOvercommit(name: string): boolean {
  return (!name.includes('/') || name.includes('kubernetes.io/')) && !isHugePages(name);
}

/** Validates a resource name: a standard one, or with a domain. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const errors = qualifiedName(name).map((text) => invalid(path, name, text));
  if (errors.length > 0 || name.includes('/') || KNOWN.has(name)) return errors;
  if (isHugePages(name.replace(/^requests\./, ''))) return errors;
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

function validateContainerResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/') && !STANDARD.includes(name) && !isHugePages(name)) {
    errors.push(invalid(path, name, 'must be a standard resource for containers'));
  } else if (errors.length === 0 && name.includes('/') && name.startsWith('requests.')) {
    errors.push(invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

function validateAmount(name: string, quantity: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { nano } = parseQuantity(quantity);
  if (nano < 0n) errors.push(invalid(path, quantity, 'must be greater than or equal to 0'));
  if (!mayOvercommit(name) && nano % NANO_PER_UNIT !== 0n) {
    errors.push(invalid(path, quantity, 'must be an integer'));
  }
  if (isHugePages(name)) {
    const page = quantityValue(name.slice('hugepages-'.length));
    if (page > 0n && quantityValue(quantity) % page !== 0n) {
      errors.push(invalid(path, quantity, `${quantity} is not positive integer multiple of ${name}`));
    }
  }
  return errors;
}

function validateClaims(
  used: readonly { name: string; request?: string }[],
  known: readonly string[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [position, { name, request = '' }] of used.entries()) {
    const at = index(path, position);
    if (name === '') {
      errors.push(required(at));
      continue;
    }
    const claim = request === '' ? name : `${name}/${request}`;
    if (seen.has(name) || seen.has(claim)) errors.push(duplicate(at, seen.has(name) ? name : claim));
    seen.add(claim);
    if (!known.includes(name)) {
      const list = known.length === 0 ? ' which is empty' : `: ${known.toSorted().join(', ')}`;
      errors.push(notFound(at, name, `must be one of the names in pod.spec.resourceClaims${list}`));
    }
  }
  return errors;
}
