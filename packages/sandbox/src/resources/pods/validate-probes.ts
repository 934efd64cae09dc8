import type { HTTPGetAction, LifecycleHandler } from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { httpHeaderName, portName, portNumber } from '../../machinery/names.ts';
import type { Container, Probe } from './types.ts';

const SCHEMES = ['HTTP', 'HTTPS'];
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const;
const NOT_NEGATIVE = 'must be greater than or equal to 0';
const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** Validates the hooks and probes of a regular container or sidecar. */
export function validateLifecycleAndProbes(
  container: Container,
  graceSeconds: number | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[hook];
    if (handler !== undefined) {
      errors.push(...validateHandler(handler, graceSeconds, child(path, `lifecycle.${hook}`)));
    }
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name];
    if (probe === undefined) continue;
    const at = child(path, name);
    errors.push(...validateProbe(probe, graceSeconds, at));
    if (name === 'readinessProbe') {
      const seconds = probe.terminationGracePeriodSeconds;
      if (seconds !== undefined) {
        const detail = 'must not be set for readinessProbes';
        errors.push(invalid(child(at, 'terminationGracePeriodSeconds'), seconds, detail));
      }
    } else if (probe.successThreshold !== 1) {
      errors.push(invalid(child(at, 'successThreshold'), probe.successThreshold ?? 0, 'must be 1'));
    }
  }
  return errors;
}

function validateProbe(probe: Probe, graceSeconds: number | undefined, path: string): FieldError[] {
  const errors = validateHandler(probe, graceSeconds, path);
  for (const name of COUNTS) {
    const value = probe[name] ?? 0;
    if (value < 0) errors.push(invalid(child(path, name), value, NOT_NEGATIVE));
  }
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) {
    errors.push(invalid(child(path, 'terminationGracePeriodSeconds'), seconds, 'must be greater than 0'));
  }
  return errors;
}

type Handler = LifecycleHandler & Pick<Probe, 'grpc'>;

function validateHandler(handler: Handler, graceSeconds: number | undefined, path: string): FieldError[] {
  const [first, ...others] = HANDLERS.filter((name) => handler[name] !== undefined);
  if (first === undefined) return [required(path, 'must specify a handler type')];
  const errors = validateAction(handler, first, graceSeconds, child(path, first));
  for (const other of others) {
    errors.push(forbidden(child(path, other), 'may not specify more than 1 handler type'));
  }
  return errors;
}

function validateAction(
  handler: Handler,
  name: (typeof HANDLERS)[number],
  graceSeconds: number | undefined,
  path: string,
): FieldError[] {
  switch (name) {
    case 'exec':
      return (handler.exec?.command ?? []).length === 0 ? [required(child(path, 'command'))] : [];
    case 'httpGet':
      return validateHttpGet(handler.httpGet, path);
    case 'tcpSocket':
      return validatePort(handler.tcpSocket?.port ?? 0, child(path, 'port'));
    case 'grpc':
      return validatePort(handler.grpc?.port ?? 0, child(path, 'port'));
    default: {
      const seconds = handler.sleep?.seconds ?? 0;
      if (graceSeconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) return [];
      const detail = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
      return [invalid(path, seconds, detail)];
    }
  }
}

function validateHttpGet(action: HTTPGetAction | undefined, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((action?.path ?? '') === '') errors.push(required(child(path, 'path')));
  errors.push(...validatePort(action?.port ?? 0, child(path, 'port')));
  const scheme = action?.scheme ?? '';
  if (!SCHEMES.includes(scheme)) errors.push(notSupported(child(path, 'scheme'), scheme, SCHEMES));
  for (const header of action?.httpHeaders ?? []) {
    const texts = httpHeaderName(header.name);
    errors.push(...texts.map((text) => invalid(child(path, 'httpHeaders'), header.name, text)));
  }
  return errors;
}

function validatePort(port: number | string, path: string): FieldError[] {
  const texts = typeof port === 'number' ? portNumber(port) : portName(port);
  return texts.map((text) => invalid(path, port, text));
}
