import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { child, forbidden, index, invalid, key } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { compareQuantities } from '../../machinery/quantity.ts';
import { LIMIT_RANGE_COLUMNS, limitRangeRow, QUOTA_COLUMNS, quotaRow } from '../tables/core-tables.ts';
import { defineKind } from './kind.ts';

interface LimitItem {
  type: string;
  max?: Record<string, string>;
  min?: Record<string, string>;
  default?: Record<string, string>;
  defaultRequest?: Record<string, string>;
}

function limitItems(object: KubeObject): LimitItem[] {
  return (object['spec'] as { limits?: LimitItem[] | null } | undefined)?.limits ?? [];
}

export const LIMIT_RANGES = defineKind({
  kind: 'LimitRange',
  plural: 'limitranges',
  checkName: dns1123Subdomain,
  default(object) {
    for (const item of limitItems(object)) {
      if (item.type !== 'Container') continue;
      // The default of a default limit is the maximum; of a default request, the default limit and then the minimum.
      const limits = { ...item.max, ...item.default };
      const requests = { ...item.min, ...limits, ...item.defaultRequest };
      if (Object.keys(limits).length > 0) item.default = limits;
      if (Object.keys(requests).length > 0) item.defaultRequest = requests;
    }
  },
  validate(object) {
    const errors: FieldError[] = [];
    const seen = new Set<string>();
    for (const [position, item] of limitItems(object).entries()) {
      const at = index('spec.limits', position);
      if (seen.has(item.type)) {
        const message = `Duplicate value: ${JSON.stringify(item.type)}`;
        errors.push({ reason: 'FieldValueDuplicate', message, field: child(at, 'type') });
      }
      seen.add(item.type);
      if (item.type === 'Pod') {
        for (const field of ['default', 'defaultRequest'] as const) {
          if (item[field] === undefined) continue;
          errors.push(forbidden(child(at, field), "may not be specified when `type` is 'Pod'"));
        }
      }
      for (const [name, least] of Object.entries(item.min ?? {})) {
        const most = item.max?.[name];
        if (most === undefined || compareQuantities(least, most) <= 0) continue;
        const detail = `min value ${least} is greater than max value ${most}`;
        errors.push(invalid(key(child(at, 'min'), name), least, detail));
      }
    }
    return errors;
  },
  columns: LIMIT_RANGE_COLUMNS,
  row: limitRangeRow,
});

export const RESOURCE_QUOTAS = defineKind({
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  checkName: dns1123Subdomain,
  newStatus: () => ({}),
  validate(object) {
    const hard = (object['spec'] as { hard?: Record<string, string> } | undefined)?.hard ?? {};
    return Object.entries(hard).flatMap(([name, quantity]) =>
      compareQuantities(quantity, '0') < 0
        ? [invalid(key('spec.hard', name), quantity, 'must be greater than or equal to 0')]
        : [],
    );
  },
  columns: QUOTA_COLUMNS,
  row: quotaRow,
});
