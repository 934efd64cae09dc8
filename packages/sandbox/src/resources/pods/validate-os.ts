import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, notSupported, required } from '../../machinery/field-errors.ts';
import type { PodSpec } from './types.ts';

/** Validates that a pod sets no fields that its operating system lacks. */
export function validateOs(spec: PodSpec, path: string): FieldError[] {
  if (spec.os === undefined) return [];
  const name: string = spec.os.name;
  const at = child(path, 'os');
  if (name === '') return [required(child(at, 'name'), 'cannot be empty')];
  if (name !== 'linux' && name !== 'windows') return [notSupported(at, name, ['linux', 'windows'])];
  return name === 'linux' ? linuxOnly(spec, path) : windowsOnly(spec, path);
}

/** The containers of a spec with their paths. */
function withPaths(
  spec: PodSpec,
  path: string,
): { context: Readonly<Record<string, unknown>>; path: string }[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((kind) =>
    (spec[kind] ?? []).map((container, position) => ({
      context: (container.securityContext ?? {}) as Readonly<Record<string, unknown>>,
      path: child(index(child(path, kind), position), 'securityContext'),
    })),
  );
}

function linuxOnly(spec: PodSpec, path: string): FieldError[] {
  const detail = 'windows options cannot be set for a linux pod';
  const pod =
    spec.securityContext?.windowsOptions === undefined
      ? []
      : [forbidden(child(path, 'securityContext.windowsOptions'), detail)];
  const containers = withPaths(spec, path).flatMap((found) =>
    found.context['windowsOptions'] === undefined
      ? []
      : [forbidden(child(found.path, 'windowsOptions'), detail)],
  );
  return [...pod, ...containers];
}

/** Fields of the pod, then of its containers, in the server's order. */
const NOT_ON_WINDOWS =
  'securityContext.appArmorProfile securityContext.seLinuxOptions hostUsers hostPID hostIPC securityContext.seccompProfile securityContext.fsGroup securityContext.fsGroupChangePolicy securityContext.sysctls shareProcessNamespace securityContext.runAsUser securityContext.runAsGroup securityContext.supplementalGroups securityContext.supplementalGroupsPolicy securityContext.seLinuxChangePolicy'.split(
    ' ',
  );
const NOT_ON_WINDOWS_CONTAINER =
  'appArmorProfile seLinuxOptions seccompProfile capabilities readOnlyRootFilesystem privileged allowPrivilegeEscalation procMount runAsUser runAsGroup'.split(
    ' ',
  );

function windowsOnly(spec: PodSpec, path: string): FieldError[] {
  const detail = 'cannot be set for a windows pod';
  const values = spec as unknown as Readonly<Record<string, unknown>>;
  const context = (spec.securityContext ?? {}) as Readonly<Record<string, unknown>>;
  const pod = NOT_ON_WINDOWS.filter((name) => {
    const [first = '', second] = name.split('.');
    return second === undefined ? values[first] !== undefined : context[second] !== undefined;
  }).map((name) => forbidden(child(path, name), detail));
  const containers = withPaths(spec, path).flatMap((found) =>
    NOT_ON_WINDOWS_CONTAINER.filter((name) => found.context[name] !== undefined).map((name) =>
      forbidden(child(found.path, name), detail),
    ),
  );
  return [...pod, ...containers];
}
