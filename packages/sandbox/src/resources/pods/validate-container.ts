import type { ContainerPort, ContainerResizePolicy } from 'kubernetes-types/core/v1.d.ts';
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
import { internalForm } from '../internal-form.ts';
import { dns1123Label, portName, portNumber } from '../../machinery/names.ts';
import type { Container, PodSpec, Volume } from './types.ts';
import { validateEnv, validateEnvFrom } from './validate-env.ts';
import { validateVolumeDevices, validateVolumeMounts } from './validate-mounts.ts';
import { validateLifecycleAndProbes } from './validate-probes.ts';
import { validateResources } from './validate-resources.ts';
import { validateRestartRules } from './validate-restart.ts';
import { validateSecurityContext } from './validate-security.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];

export type Volumes = ReadonlyMap<string, Volume>;

/** Validates what all types of containers have in common. */
export function validateCommon(
  container: Container,
  spec: PodSpec,
  volumes: Volumes,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const namePath = child(path, 'name');
  if (container.name === '') errors.push(required(namePath));
  else errors.push(...dns1123Label(container.name).map((text) => invalid(namePath, container.name, text)));
  if ((container.image ?? '') === '') errors.push(required(child(path, 'image')));
  const messagePolicy = container.terminationMessagePolicy ?? '';
  if (!MESSAGE_POLICIES.includes(messagePolicy)) {
    errors.push(notSupported(child(path, 'terminationMessagePolicy'), messagePolicy, MESSAGE_POLICIES));
  }
  errors.push(...validatePorts(container.ports ?? [], child(path, 'ports')));
  errors.push(...validateEnv(container.env ?? [], child(path, 'env')));
  errors.push(...validateEnvFrom(container.envFrom ?? [], child(path, 'envFrom')));
  errors.push(...validateVolumeMounts(container, volumes, child(path, 'volumeMounts')));
  const { volumeDevices = [], volumeMounts = [] } = container;
  errors.push(...validateVolumeDevices(volumeDevices, volumeMounts, volumes, child(path, 'volumeDevices')));
  const pullPolicy = container.imagePullPolicy ?? '';
  if (!PULL_POLICIES.includes(pullPolicy)) {
    errors.push(notSupported(child(path, 'imagePullPolicy'), pullPolicy, PULL_POLICIES));
  }
  const claims = (spec.resourceClaims ?? []).map((claim) => claim.name);
  errors.push(...validateResources(container.resources ?? {}, claims, child(path, 'resources')));
  errors.push(
    ...validateResizePolicies(container.resizePolicy ?? [], spec.restartPolicy, child(path, 'resizePolicy')),
  );
  const hostUsers = spec.hostUsers !== false;
  errors.push(
    ...validateSecurityContext(container.securityContext, hostUsers, child(path, 'securityContext')),
  );
  return errors;
}

function validatePorts(ports: readonly ContainerPort[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [position, port] of ports.entries()) {
    const at = index(path, position);
    const name = port.name ?? '';
    if (name !== '') {
      const texts = portName(name);
      errors.push(...texts.map((text) => invalid(child(at, 'name'), name, text)));
      if (texts.length === 0 && names.has(name)) errors.push(duplicate(child(at, 'name'), name));
      if (texts.length === 0) names.add(name);
    }
    if (port.containerPort === 0) errors.push(required(child(at, 'containerPort')));
    else {
      const texts = portNumber(port.containerPort);
      errors.push(...texts.map((text) => invalid(child(at, 'containerPort'), port.containerPort, text)));
    }
    const { hostPort = 0, protocol = '' } = port;
    if (hostPort !== 0) {
      errors.push(...portNumber(hostPort).map((text) => invalid(child(at, 'hostPort'), hostPort, text)));
    }
    if (protocol === '') errors.push(required(child(at, 'protocol')));
    else if (!PROTOCOLS.includes(protocol)) {
      errors.push(notSupported(child(at, 'protocol'), protocol, PROTOCOLS));
    }
  }
  return errors;
}

function validateResizePolicies(
  policies: readonly ContainerResizePolicy[],
  podRestartPolicy: string | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [position, { resourceName, restartPolicy }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(index(path, position), resourceName));
    seen.add(resourceName);
    for (const [value, choices] of [
      [resourceName, ['cpu', 'memory']],
      [restartPolicy, ['NotRequired', 'RestartContainer']],
    ] as const) {
      if (value === '') errors.push(required(path));
      else if (!choices.some((choice) => choice === value)) errors.push(notSupported(path, value, choices));
    }
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
      errors.push(invalid(path, restartPolicy, detail));
    }
  }
  return errors;
}

/** Errors for host ports that several of these containers use. */
function hostPortConflicts(containers: readonly Container[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [position, container] of containers.entries()) {
    for (const [number, port] of (container.ports ?? []).entries()) {
      if ((port.hostPort ?? 0) === 0) continue;
      const claim = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`;
      const at = child(index(child(index(path, position), 'ports'), number), 'hostPort');
      if (taken.has(claim)) errors.push(duplicate(at, claim));
      taken.add(claim);
    }
  }
  return errors;
}

export function validateContainers(spec: PodSpec, volumes: Volumes, path: string): FieldError[] {
  const containers = spec.containers ?? [];
  if (containers.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [position, container] of containers.entries()) {
    const at = index(path, position);
    errors.push(...validateCommon(container, spec, volumes, at));
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    names.add(container.name);
    errors.push(...validateLifecycleAndProbes(container, spec.terminationGracePeriodSeconds, at));
    errors.push(...validateRestartRules(container, false, at));
  }
  return [...errors, ...hostPortConflicts(containers, path)];
}

const RUNNING_ONLY = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

export function validateInitContainers(spec: PodSpec, volumes: Volumes, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set((spec.containers ?? []).map((container) => container.name));
  for (const [position, container] of (spec.initContainers ?? []).entries()) {
    const at = index(path, position);
    errors.push(...validateCommon(container, spec, volumes, at));
    errors.push(...validateRestartRules(container, true, at));
    if (names.has(container.name)) errors.push(duplicate(child(at, 'name'), container.name));
    else if (container.name !== '') names.add(container.name);
    // Init containers run one at a time, so only their own ports can conflict.
    errors.push(...hostPortConflicts([container], path));
    if (container.restartPolicy === 'Always') {
      errors.push(...validateLifecycleAndProbes(container, spec.terminationGracePeriodSeconds, at));
      continue;
    }
    for (const field of RUNNING_ONLY) {
      if (container[field] === undefined) continue;
      const detail = 'may not be set for init containers without restartPolicy=Always';
      errors.push(forbidden(child(at, field), detail));
    }
    if ((container.resizePolicy ?? []).length > 0) {
      const shown = container.resizePolicy?.map((policy) => internalForm('ContainerResizePolicy', policy));
      errors.push(invalid(child(at, 'resizePolicy'), shown, 'must not be set for init containers'));
    }
  }
  return errors;
}

/** Only pods refuse an image with surrounding spaces; templates accept it. */
export function validateImagePadding(container: Container, path: string): FieldError[] {
  const image = container.image ?? '';
  return image.trim() === image
    ? []
    : [invalid(child(path, 'image'), image, 'must not have leading or trailing whitespace')];
}
