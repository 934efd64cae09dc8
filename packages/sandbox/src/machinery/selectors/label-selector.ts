import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { FieldError } from '../status-error.ts';
import { child, forbidden, index, invalid, required } from '../field-errors.ts';
import { labelValue, qualifiedName } from '../names.ts';
import { type LabelRequirement, matchesLabels } from './label-requirement.ts';
import { validateLabels } from '../object-meta.ts';

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

/** Validates the label selector of an object. */
export function validateLabelSelector(selector: LabelSelector | undefined, path: string): FieldError[] {
  const errors = validateLabels(labelsOf(selector), child(path, 'matchLabels'));
  for (const [position, requirement] of requirementsOf(selector).entries()) {
    const at = index(child(path, 'matchExpressions'), position);
    errors.push(...validateRequirement(requirement, at));
  }
  return errors;
}

function validateRequirement({ key, operator, values = [] }: Requirement, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const valuesPath = child(path, 'values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(valuesPath, detail));
    }
  } else errors.push(invalid(child(path, 'operator'), operator, 'not a valid selector operator'));
  errors.push(...qualifiedName(key).map((text) => invalid(child(path, 'key'), key, text)));
  for (const [position, value] of values.entries()) {
    errors.push(...labelValue(value).map((text) => invalid(index(valuesPath, position), value, text)));
  }
  return errors;
}

function labelsOf(selector: LabelSelector | undefined): Record<string, string> {
  return selector?.matchLabels ?? {};
}

function requirementsOf(selector: LabelSelector | undefined): Requirement[] {
  return selector?.matchExpressions ?? [];
}

/** Whether the selector matches the labels. An absent selector matches nothing, an empty one everything. */
export function selectorMatches(
  selector: LabelSelector | null | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean {
  if (selector === undefined || selector === null) return false;
  const equal = Object.entries(labelsOf(selector)).map(([key, value]): LabelRequirement => {
    return { key, operator: 'In', values: [value] };
  });
  const others = requirementsOf(selector).map(({ key, operator, values = [] }): LabelRequirement => {
    return { key, operator: operator as LabelRequirement['operator'], values };
  });
  return matchesLabels([...equal, ...others], labels);
}

/** The selector as tables show it: `app=web,tier in (a,b),!old`; `<none>` if it is empty. */
export function formatSelector(selector: LabelSelector | undefined): string {
  const parts: [string, string][] = Object.entries(labelsOf(selector)).map(([key, value]) => [
    key,
    `${key}=${value}`,
  ]);
  for (const { key, operator, values = [] } of requirementsOf(selector)) {
    const list = values.toSorted().join(',');
    const text = { In: `${key} in (${list})`, NotIn: `${key} notin (${list})`, Exists: key }[operator];
    parts.push([key, text ?? `!${key}`]);
  }
  const sorted = parts.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, text]) => text);
  return sorted.length === 0 ? '<none>' : sorted.join(',');
}
