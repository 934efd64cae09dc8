import type {
  AppArmorProfile,
  SeccompProfile,
  WindowsSecurityContextOptions,
} from 'kubernetes-types/core/v1.d.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../machinery/field-errors.ts';
import { internalForm } from '../internal-form.ts';
import { dns1123Subdomain, userId } from '../../machinery/names.ts';
import { descendingPath } from './paths.ts';
import type { PodSpec, SecurityContext } from './types.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const PROC_MOUNTS = ['Default', 'Unmasked'];
/** PATH_MAX - 1 */
const PROFILE_LENGTH = 4095;
const SYSCTL_LENGTH = 253;
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const SYSCTL_FORMAT = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`;

/** Validates the security context of a container; `hostUsers` is the pod's. */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  hostUsers: boolean,
  path: string,
): FieldError[] {
  if (context === undefined) return [];
  const errors = validateIds(context, ['runAsUser', 'runAsGroup'], path);
  const { procMount } = context;
  if (procMount !== undefined) {
    const at = child(path, 'procMount');
    if (!PROC_MOUNTS.includes(procMount)) errors.push(notSupported(at, procMount, PROC_MOUNTS));
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(invalid(at, procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  errors.push(...validateSeccomp(context.seccompProfile, child(path, 'seccompProfile')));
  if (context.allowPrivilegeEscalation === false) {
    const shown = internalForm('SecurityContext', context);
    const cannot = 'cannot set `allowPrivilegeEscalation` to false and';
    if (context.privileged === true) {
      errors.push(invalid(path, shown, `${cannot} \`privileged\` to true`));
    }
    for (const capability of context.capabilities?.add ?? []) {
      if (capability !== 'CAP_SYS_ADMIN') continue;
      errors.push(invalid(path, shown, `${cannot} \`capabilities.Add\` CAP_SYS_ADMIN`));
    }
  }
  errors.push(...validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions')));
  return [...errors, ...validateAppArmor(context.appArmorProfile, child(path, 'appArmorProfile'))];
}

function validateIds<K extends string>(
  context: Readonly<Partial<Record<K, number>>>,
  names: readonly K[],
  path: string,
): FieldError[] {
  return names.flatMap((name) => {
    const value = context[name];
    return value === undefined ? [] : userId(value).map((text) => invalid(child(path, name), value, text));
  });
}

/** Validates a pod's security context and the related fields of the spec. */
export function validatePodSecurityContext(spec: PodSpec, path: string): FieldError[] {
  const context = spec.securityContext;
  if (context === undefined) return [];
  const errors = validateIds(context, ['fsGroup', 'runAsUser', 'runAsGroup'], path);
  for (const [position, group] of (context.supplementalGroups ?? []).entries()) {
    const at = index(child(path, 'supplementalGroups'), position);
    errors.push(...userId(group).map((text) => invalid(at, group, text)));
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(child(path, 'shareProcessNamespace'), true, detail));
  }
  errors.push(...validateSysctls(spec, child(path, 'sysctls')));
  errors.push(
    ...validateChoice(
      context.fsGroupChangePolicy,
      ['Always', 'OnRootMismatch'],
      child(path, 'fsGroupChangePolicy'),
    ),
  );
  errors.push(...validateSeccomp(context.seccompProfile, child(path, 'seccompProfile')));
  errors.push(...validateWindowsOptions(context.windowsOptions, child(path, 'windowsOptions')));
  errors.push(...validateAppArmor(context.appArmorProfile, child(path, 'appArmorProfile')));
  errors.push(
    ...validateChoice(
      context.supplementalGroupsPolicy,
      ['Merge', 'Strict'],
      child(path, 'supplementalGroupsPolicy'),
    ),
    ...validateChoice(
      context.seLinuxChangePolicy,
      ['MountOption', 'Recursive'],
      child(path, 'seLinuxChangePolicy'),
    ),
  );
  return errors;
}

function validateChoice(value: string | undefined, choices: readonly string[], path: string): FieldError[] {
  return value === undefined || choices.includes(value) ? [] : [notSupported(path, value, choices)];
}

function validateSysctls(spec: PodSpec, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [position, { name }] of (spec.securityContext?.sysctls ?? []).entries()) {
    const at = child(index(path, position), 'name');
    if (name === '') errors.push(required(at));
    else if (name.length > SYSCTL_LENGTH || !new RegExp(SYSCTL_FORMAT).test(name)) {
      const detail = `must have at most ${SYSCTL_LENGTH} characters and match regex ${SYSCTL_FORMAT}`;
      errors.push(invalid(at, name, detail));
    } else if (names.has(name)) errors.push(duplicate(at, name));
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) {
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC === true && /^(?:kernel\.(?:shm|msg|sem)|fs\.mqueue\.)/.test(dotted)) {
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
    names.add(name);
  }
  return errors;
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const errors: FieldError[] = [];
  if (profile.type === '') {
    errors.push(required(child(path, 'type'), 'type is required when seccompProfile is set'));
  } else if (!PROFILE_TYPES.includes(profile.type)) {
    errors.push(notSupported(child(path, 'type'), profile.type, PROFILE_TYPES));
  }
  const at = child(path, 'localhostProfile');
  const file = profile.localhostProfile;
  if (profile.type === 'Localhost') {
    if (file === undefined) errors.push(required(at, 'must be set when seccomp type is Localhost'));
    else errors.push(...descendingPath(file, at));
  } else if (file !== undefined) {
    const shown = internalForm('SeccompProfile', profile);
    errors.push(invalid(at, shown, 'can only be set when seccomp type is Localhost'));
  }
  return errors;
}

function validateAppArmor(profile: AppArmorProfile | undefined, path: string): FieldError[] {
  if (profile === undefined) return [];
  const at = child(path, 'localhostProfile');
  const name = profile.localhostProfile;
  if (profile.type === 'Localhost') {
    const errors: FieldError[] = [];
    if (name === undefined || name === '') {
      errors.push(required(at, 'must be set when AppArmor type is Localhost'));
    } else if (name.trim() !== name) errors.push(invalid(at, name, 'must not be padded with whitespace'));
    if ((name ?? '').length > PROFILE_LENGTH) errors.push(tooLong(at, PROFILE_LENGTH));
    return errors;
  }
  if (profile.type === '') {
    return [required(child(path, 'type'), 'type is required when appArmorProfile is set')];
  }
  if (!PROFILE_TYPES.includes(profile.type)) {
    return [notSupported(child(path, 'type'), profile.type, PROFILE_TYPES)];
  }
  return name === undefined ? [] : [invalid(at, name, 'can only be set when AppArmor type is Localhost')];
}

/** 64 KiB */
const CREDENTIAL_SPEC_KIB = 64;

function validateWindowsOptions(
  options: WindowsSecurityContextOptions | undefined,
  path: string,
): FieldError[] {
  if (options === undefined) return [];
  const errors: FieldError[] = [];
  const { gmsaCredentialSpecName: specName, gmsaCredentialSpec: spec, runAsUserName: user } = options;
  if (specName !== undefined) {
    const at = child(path, 'gmsaCredentialSpecName');
    errors.push(...dns1123Subdomain(specName).map((text) => invalid(at, specName, text)));
  }
  if (spec !== undefined) {
    const at = child(path, 'gmsaCredentialSpec');
    if (spec === '') errors.push(invalid(at, spec, 'gmsaCredentialSpec cannot be an empty string'));
    else if (spec.length > CREDENTIAL_SPEC_KIB * 1024) {
      errors.push(invalid(at, spec, `gmsaCredentialSpec size must be under ${CREDENTIAL_SPEC_KIB} KiB`));
    }
  }
  if (user !== undefined) errors.push(...validateWindowsUser(user, child(path, 'runAsUserName')));
  return errors;
}

function validateWindowsUser(name: string, path: string): FieldError[] {
  if (name === '') return [invalid(path, name, 'runAsUserName cannot be an empty string')];
  // eslint-disable-next-line no-control-regex -- matches control characters on purpose
  if (/[\u0000-\u001f\u007f]/.test(name)) {
    return [invalid(path, name, 'runAsUserName cannot contain control characters')];
  }
  const parts = name.split('\\');
  if (parts.length > 2) return [invalid(path, name, 'runAsUserName cannot contain more than one backslash')];
  const user = parts.at(-1) ?? '';
  if (user === '') return [invalid(path, name, "runAsUserName's User cannot be empty")];
  return /["/\\:;|=,+*?<>@[\]]/.test(user)
    ? [
        invalid(
          path,
          name,
          String.raw`runAsUserName's User cannot contain the following characters: "/\:;|=,+*?<>@[]`,
        ),
      ]
    : [];
}
