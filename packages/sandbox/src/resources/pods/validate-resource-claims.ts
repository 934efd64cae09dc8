import type { FieldError } from '../../machinery/status-error.ts';
import { child, duplicate, index, invalid, required } from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { dns1123Label, dns1123Subdomain } from '../../machinery/names.ts';
import type { PodSpec } from './types.ts';

interface ResourceClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

/** Validates the resource claims of a pod. */
export function validateResourceClaims(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [position, claim] of ((spec.resourceClaims ?? []) as ResourceClaim[]).entries()) {
    const { name } = claim;
    const place = index(path, position);
    const at = child(place, 'name');
    if (name === '') errors.push(required(at));
    else if (names.has(name)) errors.push(duplicate(at, name));
    else errors.push(...dns1123Label(name).map((text) => invalid(at, name, text)));
    names.add(name);
    const sources = (['resourceClaimName', 'resourceClaimTemplateName'] as const).filter(
      (field) => claim[field] !== undefined,
    );
    if (sources.length !== 1) {
      const detail =
        sources.length === 0
          ? 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
          : 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      errors.push(invalid(place, internalForm('PodResourceClaim', claim), detail));
    }
    for (const field of sources) {
      const value = claim[field] ?? '';
      errors.push(...dns1123Subdomain(value).map((text) => invalid(child(place, field), value, text)));
    }
  }
  return errors;
}
