import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../machinery/field-errors.ts';
import type { Container } from './types.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart', 'RestartAllContainers'];
const OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_CODES = 255;

/** Validates the restart policy of a container and its restart policy rules. */
export function validateRestartRules(container: Container, isInit: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const { restartPolicy, restartPolicyRules = [] } = container;
  const policyPath = child(path, 'restartPolicy');
  if (restartPolicy !== undefined && !POLICIES.includes(restartPolicy)) {
    errors.push(notSupported(policyPath, restartPolicy, POLICIES));
  }
  if (restartPolicyRules.length === 0) return errors;
  if (restartPolicy === undefined) {
    errors.push(required(policyPath, 'must specify restartPolicy when restart rules are used'));
  } else if (isInit && restartPolicy === 'Always') {
    const at = child(path, 'restartPolicyRules');
    errors.push({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always',
      field: at,
    });
  }
  const rulesPath = child(path, 'restartPolicyRules');
  if (restartPolicyRules.length > MAX_RULES) {
    errors.push(tooMany(rulesPath, restartPolicyRules.length, MAX_RULES));
  }
  for (const [position, rule] of restartPolicyRules.entries()) {
    const at = index(rulesPath, position);
    const action = rule.action ?? '';
    if (!ACTIONS.includes(action)) errors.push(notSupported(child(at, 'action'), action, ACTIONS));
    if (rule.exitCodes === undefined) {
      errors.push(required(child(at, 'exitCodes'), 'must be specified'));
      continue;
    }
    const { operator = '', values = [] } = rule.exitCodes;
    const codesPath = child(at, 'exitCodes');
    if (!OPERATORS.includes(operator)) {
      errors.push(notSupported(child(codesPath, 'operator'), operator, OPERATORS));
    }
    const valuesPath = child(codesPath, 'values');
    if (values.length === 0) {
      errors.push(invalid(valuesPath, values, 'must specify at least 1 value'));
    }
    if (values.length > MAX_CODES) errors.push(tooMany(valuesPath, values.length, MAX_CODES));
    for (const [number, code] of values.entries()) {
      if (values.indexOf(code) < number) errors.push(duplicate(index(valuesPath, number), code));
    }
  }
  return errors;
}
