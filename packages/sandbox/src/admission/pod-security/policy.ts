import type { FieldError } from '../../machinery/status-error.ts';
import { invalid, key } from '../../machinery/field-errors.ts';
import { BASELINE_CHECKS } from './baseline-checks.ts';
import { RESTRICTED_CHECKS } from './restricted-checks.ts';
import type { Check, CheckedPod, PodSecurityLevel, Violation } from './types.ts';

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'];

export type PodSecurityMode = 'enforce' | 'audit' | 'warn';

/** A level as of a version of Kubernetes. */
export interface LevelVersion {
  level: PodSecurityLevel;
  /** The minor version; undefined is `latest`. */
  minor?: number;
}

type Labels = Readonly<Record<string, string>>;

/** The level that a namespace's labels set for a mode. Like in the real server, a malformed one means restricted. */
export function levelOf(labels: Labels, mode: PodSecurityMode): LevelVersion {
  const level = labels[`${PREFIX}${mode}`];
  if (level === undefined) return { level: 'privileged' };
  const minor = /^v1\.(?<minor>\d+)$/.exec(labels[`${PREFIX}${mode}-version`] ?? '')?.groups?.['minor'];
  const known = LEVELS.includes(level) ? (level as PodSecurityLevel) : 'restricted';
  return { level: known, ...(minor === undefined ? {} : { minor: Number(minor) }) };
}

/** `restricted:latest`, as in messages. */
export function describeLevel({ level, minor }: LevelVersion): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;
}

/** Whether the first is stricter than the second. */
export function isStricter(first: LevelVersion, second: LevelVersion): boolean {
  return LEVELS.indexOf(first.level) > LEVELS.indexOf(second.level);
}

/** A pod's violations of a level, in the order of the checks. */
export function violationsOf(pod: CheckedPod, { level, minor }: LevelVersion): Violation[] {
  return checksOf(level, minor ?? Number.POSITIVE_INFINITY)
    .map((check) => check.run(pod))
    .filter((violation) => violation !== undefined);
}

function checksOf(level: PodSecurityLevel, minor: number): Check[] {
  if (level === 'privileged') return [];
  const baseline = BASELINE_CHECKS.filter((check) => check.since <= minor);
  if (level === 'baseline') return baseline;
  const restricted = RESTRICTED_CHECKS.filter((check) => check.since <= minor);
  const overridden = new Set(restricted.flatMap((check) => check.overrides ?? []));
  return [...baseline.filter((check) => !overridden.has(check.id)), ...restricted];
}

/** The violations in one line: `privileged (container "a" must not ...), hostPort (...)`. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations
    .map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`))
    .join(', ');
}

/** Validates the Pod Security labels of a namespace. */
export function validateLevels(labels: Labels): FieldError[] {
  const errors: FieldError[] = [];
  for (const mode of ['enforce', 'audit', 'warn'] as const) {
    const level = labels[`${PREFIX}${mode}`];
    if (level !== undefined && !LEVELS.includes(level)) {
      const detail = 'must be one of privileged, baseline, restricted';
      errors.push(invalid(key('metadata.labels', `${PREFIX}${mode}`), level, detail));
    }
    const version = labels[`${PREFIX}${mode}-version`];
    if (version !== undefined && version !== 'latest' && !/^v1\.(?:0|[1-9]\d*)$/.test(version)) {
      const detail = 'must be "latest" or "v1.x"';
      errors.push(invalid(key('metadata.labels', `${PREFIX}${mode}-version`), version, detail));
    }
  }
  return errors;
}
