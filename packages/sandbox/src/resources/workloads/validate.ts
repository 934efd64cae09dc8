import { isDeepStrictEqual } from 'node:util';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { selectorMatches, validateLabelSelector } from '../../machinery/selectors/label-selector.ts';
import { validateAnnotations, validateLabels } from '../../machinery/object-meta.ts';
import { validatePodSpec } from '../pods/validate-spec.ts';
import type { IntOrPercent, PodTemplate, UpdateStrategy, WorkloadSpec } from './types.ts';

const NOT_NEGATIVE = 'must be greater than or equal to 0';
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
const WHOLE = 100;

export function notNegative(value: number | undefined, path: string): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(path, value, NOT_NEGATIVE)] : [];
}

/** Validates a pod template. */
export function validatePodTemplate(template: PodTemplate, path: string): FieldError[] {
  const errors = [
    ...validateLabels(template.metadata?.labels ?? {}, child(path, 'labels')),
    ...validateAnnotations(template.metadata?.annotations ?? {}, child(path, 'annotations')),
    ...validatePodSpec(template.spec ?? {}, child(path, 'spec'), { isPod: false }),
  ];
  if ((template.spec?.ephemeralContainers ?? []).length > 0) {
    const at = child(path, 'spec.ephemeralContainers');
    errors.push(forbidden(at, 'ephemeral containers not allowed in pod template'));
  }
  return errors;
}

/** Validates a selector and the template that it must select; the restart policy must be Always. */
export function validateSelectorAndTemplate(spec: WorkloadSpec, kind: string): FieldError[] {
  // Decoding writes null for a missing selector.
  const selector = spec.selector ?? undefined;
  const errors = validateSelector(selector, kind);
  const template = spec.template ?? {};
  const labels = template.metadata?.labels;
  if (!selectorMatches(selector, labels) && !isEmpty(selector)) {
    const detail = '`selector` does not match template `labels`';
    errors.push(invalid('spec.template.metadata.labels', labels ?? null, detail));
  }
  errors.push(...validatePodTemplate(withClaims(template, spec), 'spec.template'));
  const policy = template.spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

/** The template with the volumes that a StatefulSet's pods get for its claims. */
function withClaims(template: PodTemplate, { volumeClaimTemplates = [] }: WorkloadSpec): PodTemplate {
  if (volumeClaimTemplates.length === 0) return template;
  const claimed = volumeClaimTemplates.map(({ metadata: { name = '' } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  const own = (template.spec?.volumes ?? []).filter(({ name }) => !claimed.some((one) => one.name === name));
  return { ...template, spec: { ...template.spec, volumes: [...own, ...claimed] } };
}

/** Whether the selector is set but empty. */
function isEmpty(selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector as {
    matchLabels?: object;
    matchExpressions?: unknown[];
  };
  return Object.keys(matchLabels).length + matchExpressions.length === 0;
}

function validateSelector(selector: LabelSelector | undefined, kind: string): FieldError[] {
  const path = 'spec.selector';
  if (selector === undefined) return [required(path)];
  const errors = validateLabelSelector(selector, path);
  if (isEmpty(selector)) {
    const owner = { StatefulSet: 'statefulset', DaemonSet: 'daemonset' }[kind] ?? 'deployment';
    errors.push(invalid(path, selector, `empty selector is invalid for ${owner}`));
  }
  return errors;
}

export function validateDeploymentSpec(spec: WorkloadSpec): FieldError[] {
  const errors = [
    ...notNegative(spec.replicas, 'spec.replicas'),
    ...validateSelectorAndTemplate(spec, 'ReplicaSet'),
    ...validateStrategy(spec.strategy ?? {}, 'spec.strategy', 'DeploymentStrategy'),
    ...notNegative(spec.minReadySeconds, 'spec.minReadySeconds'),
    ...notNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit'),
  ];
  const deadline = spec.progressDeadlineSeconds;
  if (deadline !== undefined) {
    const path = 'spec.progressDeadlineSeconds';
    errors.push(...notNegative(deadline, path));
    if (deadline <= (spec.minReadySeconds ?? 0)) {
      errors.push(invalid(path, deadline, 'must be greater than minReadySeconds'));
    }
  }
  return errors;
}

const STRATEGY_TYPES = {
  DeploymentStrategy: ['Recreate', 'RollingUpdate'],
  DaemonSetUpdateStrategy: ['RollingUpdate', 'OnDelete'],
} satisfies Record<string, string[]>;

/** Validates a strategy. The message shows an invalid one completely, in the server's internal form. */
export function validateStrategy(
  strategy: UpdateStrategy,
  path: string,
  struct: 'DeploymentStrategy' | 'DaemonSetUpdateStrategy',
): FieldError[] {
  const types = STRATEGY_TYPES[struct];
  const { type = '', rollingUpdate } = strategy;
  const rollingPath = child(path, 'rollingUpdate');
  if (!types.includes(type)) return [notSupported(path, internalForm(struct, strategy), types)];
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    return [forbidden(rollingPath, "may not be specified when strategy `type` is 'Recreate'")];
  }
  if (type !== 'RollingUpdate' || rollingUpdate === undefined) return [];
  const { maxUnavailable, maxSurge } = rollingUpdate;
  const errors = [
    ...validateIntOrPercent(maxUnavailable, child(rollingPath, 'maxUnavailable')),
    ...validateIntOrPercent(maxSurge, child(rollingPath, 'maxSurge')),
  ];
  if (maxUnavailable !== undefined && maxSurge !== undefined) {
    if (isZero(maxUnavailable) && isZero(maxSurge)) {
      const detail = 'may not be 0 when `maxSurge` is 0';
      errors.push(invalid(child(rollingPath, 'maxUnavailable'), maxUnavailable, detail));
    }
    if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable, 10) > WHOLE) {
      const at = child(rollingPath, 'maxUnavailable');
      errors.push(invalid(at, maxUnavailable, 'must not be greater than 100%'));
    }
  }
  return errors;
}

function isZero(value: IntOrPercent): boolean {
  return value === 0 || (typeof value === 'string' && /^0+%$/.test(value));
}

function validateIntOrPercent(value: IntOrPercent | undefined, path: string): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return notNegative(value, path);
  return /^[0-9]+%$/.test(value) ? [] : [invalid(path, value, PERCENT)];
}

/** The selector, which determines the pods of a workload, is immutable. */
export function validateSelectorUpdate(
  selector: LabelSelector | undefined,
  old: LabelSelector | undefined,
): FieldError[] {
  return isDeepStrictEqual(selector, old)
    ? []
    : [invalid('spec.selector', selector ?? null, 'field is immutable')];
}

const STATEFUL_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate(spec: WorkloadSpec, old: WorkloadSpec): FieldError[] {
  const fixed = (from: WorkloadSpec): object => {
    const rest: Record<string, unknown> = { ...from };
    for (const name of STATEFUL_MUTABLE) delete rest[name];
    return rest;
  };
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return isDeepStrictEqual(fixed(spec), fixed(old)) ? [] : [forbidden('spec', detail)];
}
