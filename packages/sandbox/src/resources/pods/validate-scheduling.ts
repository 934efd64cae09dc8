import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../machinery/field-errors.ts';
import { validateLabelSelector } from '../../machinery/selectors/label-selector.ts';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../../machinery/names.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const HEAVIEST = 100;
const WEIGHT_MESSAGE = 'must be in the range 1-100';
const NOT_AN_OPERATOR = 'not a valid selector operator';
const NOT_POSITIVE = 'must be greater than zero';

export function validateTolerations(tolerations: readonly Toleration[], path: string): FieldError[] {
  return tolerations.flatMap((toleration, position) => validateToleration(toleration, index(path, position)));
}

function validateToleration(toleration: Toleration, path: string): FieldError[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const errors = key === '' ? [] : qualifiedName(key).map((text) => invalid(child(path, 'key'), key, text));
  const operatorPath = child(path, 'operator');
  if (key === '' && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalid(operatorPath, operator, detail));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalid(child(path, 'effect'), effect, detail));
  }
  if (operator === 'Equal' || operator === '') {
    const texts = labelValue(value);
    if (texts.length > 0) errors.push(invalid(operatorPath, value, texts.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '') {
      errors.push(invalid(operatorPath, value, "value must be empty when `operator` is 'Exists'"));
    }
  } else errors.push(notSupported(operatorPath, operator, ['Equal', 'Exists']));
  if (effect !== '' && !EFFECTS.includes(effect)) {
    errors.push(notSupported(child(path, 'effect'), effect, EFFECTS));
  }
  return errors;
}

export function validateAffinity(affinity: Affinity | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const node = affinity?.nodeAffinity;
  const nodePath = child(path, 'nodeAffinity');
  if (node?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) {
    const at = child(nodePath, 'requiredDuringSchedulingIgnoredDuringExecution');
    errors.push(...validateNodeSelector(node.requiredDuringSchedulingIgnoredDuringExecution, at));
  }
  const preferred = node?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [position, { weight, preference }] of preferred.entries()) {
    const at = index(child(nodePath, 'preferredDuringSchedulingIgnoredDuringExecution'), position);
    if (weight <= 0 || weight > HEAVIEST) errors.push(invalid(child(at, 'weight'), weight, WEIGHT_MESSAGE));
    errors.push(...validateNodeTerm(preference, false, child(at, 'preference')));
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity?.[kind];
    const requiredPath = child(child(path, kind), 'requiredDuringSchedulingIgnoredDuringExecution');
    for (const [position, term] of (terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
      errors.push(...validatePodTerm(term, index(requiredPath, position)));
    }
    const preferredPath = child(child(path, kind), 'preferredDuringSchedulingIgnoredDuringExecution');
    const weighted = terms?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [position, { weight, podAffinityTerm }] of weighted.entries()) {
      const at = index(preferredPath, position);
      if (weight <= 0 || weight > HEAVIEST) errors.push(invalid(child(at, 'weight'), weight, WEIGHT_MESSAGE));
      errors.push(...validatePodTerm(podAffinityTerm, child(at, 'podAffinityTerm')));
    }
  }
  return errors;
}

function validateNodeSelector(selector: NodeSelector, path: string): FieldError[] {
  const at = child(path, 'nodeSelectorTerms');
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')];
  return terms.flatMap((term, position) => validateNodeTerm(term, true, index(at, position)));
}

function validateNodeTerm(term: NodeSelectorTerm, checkValues: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, requirement] of (term.matchExpressions ?? []).entries()) {
    const at = index(child(path, 'matchExpressions'), position);
    errors.push(...validateNodeRequirement(requirement, checkValues, at));
  }
  for (const [position, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
    const at = index(child(path, 'matchFields'), position);
    if (operator !== 'In' && operator !== 'NotIn') {
      errors.push(invalid(child(at, 'operator'), operator, NOT_AN_OPERATOR));
    } else if (values.length !== 1) {
      const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      errors.push(required(child(at, 'values'), detail));
    }
    if (key !== 'metadata.name') {
      errors.push(invalid(child(at, 'key'), key, 'not a valid field selector key'));
      continue;
    }
    for (const [number, value] of values.entries()) {
      const texts = dns1123Subdomain(value);
      errors.push(...texts.map((text) => invalid(index(child(at, 'values'), number), value, text)));
    }
  }
  return errors;
}

function validateNodeRequirement(
  { key, operator, values = [] }: NodeSelectorRequirement,
  checkValues: boolean,
  path: string,
): FieldError[] {
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
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      errors.push(required(valuesPath, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
    }
  } else errors.push(invalid(child(path, 'operator'), operator, NOT_AN_OPERATOR));
  errors.push(...qualifiedName(key).map((text) => invalid(child(path, 'key'), key, text)));
  for (const [position, value] of checkValues ? values.entries() : []) {
    errors.push(...labelValue(value).map((text) => invalid(index(valuesPath, position), value, text)));
  }
  return errors;
}

function validatePodTerm(term: PodAffinityTerm, path: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(term.labelSelector, child(path, 'labelSelector')),
    ...validateLabelSelector(term.namespaceSelector, child(path, 'namespaceSelector')),
  ];
  for (const name of term.namespaces ?? []) {
    errors.push(...dns1123Label(name).map((text) => invalid(child(path, 'namespace'), name, text)));
  }
  const at = child(path, 'topologyKey');
  if (term.topologyKey === '') errors.push(required(at, 'can not be empty'));
  return [...errors, ...qualifiedName(term.topologyKey).map((text) => invalid(at, term.topologyKey, text))];
}

const WHEN_UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway'];
const NODE_POLICIES = ['Honor', 'Ignore'];

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [position, constraint] of constraints.entries()) {
    const at = index(path, position);
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint;
    if (maxSkew <= 0) errors.push(invalid(child(at, 'maxSkew'), maxSkew, NOT_POSITIVE));
    if (topologyKey === '') errors.push(required(child(at, 'topologyKey'), 'can not be empty'));
    if (!WHEN_UNSATISFIABLE.includes(whenUnsatisfiable)) {
      errors.push(notSupported(child(at, 'whenUnsatisfiable'), whenUnsatisfiable, WHEN_UNSATISFIABLE));
    }
    const repeated = constraints
      .slice(position + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) {
      const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
      errors.push(duplicate(child(at, '{topologyKey, whenUnsatisfiable}'), pair));
    }
    if (minDomains !== undefined) {
      const domainsPath = child(at, 'minDomains');
      if (minDomains <= 0) errors.push(invalid(domainsPath, minDomains, NOT_POSITIVE));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        errors.push(invalid(domainsPath, minDomains, detail));
      }
    }
    for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[name];
      if (policy !== undefined && !NODE_POLICIES.includes(policy)) {
        errors.push(notSupported(child(at, name), policy, NODE_POLICIES));
      }
    }
    errors.push(...validateLabelSelector(constraint.labelSelector, child(at, 'labelSelector')));
  }
  return errors;
}
