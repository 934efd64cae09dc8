import { GROUP_VERSIONS, type Resource } from '../apiserver/discovery/resource-table.ts';
import type { FaultAction } from './actions.ts';
import {
  type Fault,
  FAULT_POINTS,
  FAULT_VERBS,
  type FaultSubject,
  type MatchKey,
  type PointDescription,
} from './points.ts';

/** Validates a fault at run time, for callers without types. Throws a TypeError with the reason. */
export function checkFault(fault: Fault): void {
  const point: PointDescription | undefined = FAULT_POINTS[fault.point];
  if (point === undefined) {
    throw new TypeError(
      `there is no fault point ${quoted(fault.point)}; there are ${Object.keys(FAULT_POINTS).join(', ')}`,
    );
  }
  checkKeys('a fault', fault, ['point', 'action', 'match', 'after', 'skip', 'times']);
  if (!point.actions.includes(fault.action?.kind)) {
    throw new TypeError(
      `at ${fault.point} there is no action ${quoted(fault.action?.kind)}; there is ${point.actions.join(', ')}`,
    );
  }
  for (const [unit, amount] of Object.entries(fault.after ?? {})) {
    if (!(point.after as readonly string[]).includes(unit)) {
      throw new TypeError(
        `${fault.point} is not counted in ${unit}${point.after.length === 0 ? '' : `, but in ${point.after.join(' or ')}`}`,
      );
    }
    checkCount(`after.${unit}`, amount as number);
  }
  if (fault.skip !== undefined) checkCount('skip', fault.skip);
  if (fault.times !== undefined) checkCount('times', fault.times);
  checkAction(fault.action);
  checkMatch(fault.point, point.match, fault.match ?? {});
}

/** Keys of each action; those that end with a question mark are optional. */
const ACTION_KEYS: Readonly<Record<FaultAction['kind'], readonly string[]>> = {
  error: ['code', 'reason?', 'message?', 'retryAfterSeconds?', 'connection?'],
  respond: ['code', 'body?', 'contentType?', 'headers?', 'connection?'],
  'webhook-denial': ['webhook', 'message?', 'code?', 'reason?'],
  'webhook-failure': ['webhook', 'message?'],
  'policy-denial': ['policy', 'binding', 'message', 'reason?'],
  warning: ['message'],
  delay: ['milliseconds'],
  stall: [],
  break: [],
  end: [],
  'proxy-page': ['code'],
  expire: [],
  drop: [],
};

/** Valid status codes of a response: not 1xx. */
const ANSWER_CODES = { least: 200, most: 599 };
const ERROR_CODES = { least: 400, most: 599 };

function checkAction(action: FaultAction): void {
  const keys = ACTION_KEYS[action.kind];
  const what = `the action ${quoted(action.kind)}`;
  checkKeys(what, action, ['kind', ...keys.map((key) => key.replace('?', ''))]);
  for (const key of keys) {
    if (!key.endsWith('?') && (action as Record<string, unknown>)[key] === undefined) {
      throw new TypeError(`${what} needs ${key}`);
    }
  }
  if (action.kind === 'delay') checkCount('milliseconds', action.milliseconds);
  if (action.kind === 'error' && action.retryAfterSeconds !== undefined) {
    checkCount('retryAfterSeconds', action.retryAfterSeconds);
  }
  if (!('code' in action) || action.code === undefined) return;
  const { least, most } = action.kind === 'respond' ? ANSWER_CODES : ERROR_CODES;
  if (!Number.isInteger(action.code) || action.code < least || action.code > most) {
    throw new TypeError(
      `code must be an HTTP ${action.kind === 'respond' ? 'status' : 'error'}, ${least} to ${most}, not ${action.code}`,
    );
  }
}

/** Refuses a match that can never be satisfied. */
function checkMatch(point: string, keys: readonly MatchKey[], match: FaultSubject): void {
  for (const [key, value] of Object.entries(match)) {
    if (!(keys as readonly string[]).includes(key)) {
      throw new TypeError(
        keys.length === 0
          ? `${point} takes no match`
          : `${point} cannot be matched by ${quoted(key)}, but by ${keys.join(', ')}`,
      );
    }
    if (value !== undefined && typeof value !== 'string') {
      throw new TypeError(`match.${key} must be a string, not ${quoted(value)}`);
    }
  }
  const { verb, group, resource, subresource } = match;
  if (verb !== undefined && !(FAULT_VERBS as readonly string[]).includes(verb)) {
    throw new TypeError(`there is no verb ${quoted(verb)}; there are ${FAULT_VERBS.join(', ')}`);
  }
  const groups = GROUP_VERSIONS.filter((one) => group === undefined || one.group === group);
  if (groups.length === 0) throw new TypeError(`there is no API group ${quoted(group)}`);
  const all = groups.flatMap(({ resources }) => resources);
  const found = all.filter(({ plural }) => resource === undefined || plural === resource);
  if (found.length === 0) {
    const where = group === undefined ? '' : ` in the group ${quoted(group)}`;
    throw new TypeError(`there is no resource ${quoted(resource)}${where}${suggestion(all, resource ?? '')}`);
  }
  if (subresource === undefined || subresource === '') return;
  const names = new Set(found.flatMap(({ subresources }) => subresources.map(({ name }) => name)));
  if (!names.has(subresource)) {
    throw new TypeError(
      `${resource ?? 'no resource'} has ${resource === undefined ? 'a' : 'no'} subresource ${quoted(subresource)}; there are ${[...names].join(', ')}`,
    );
  }
}

/** `Pod`, `pod` and `po` mean `pods`; `pods/log` is a resource and a subresource. */
function suggestion(resources: readonly Resource[], asked: string): string {
  const [plain = '', subresource] = asked.toLowerCase().split('/');
  const meant = resources.find(({ plural, singular, kind, shortNames }) =>
    [plural, singular, kind.toLowerCase(), ...shortNames].includes(plain),
  );
  if (meant === undefined) return '';
  const rest = subresource === undefined ? '' : `, subresource: ${quoted(subresource)}`;
  return `; say resource: ${quoted(meant.plural)}${rest}`;
}

function checkKeys(what: string, value: object, known: readonly string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      throw new TypeError(`${what} has no ${quoted(key)}; it has ${known.join(', ')}`);
    }
  }
}

function checkCount(name: string, value: number): void {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new TypeError(`${name} must be a number from 0, not ${String(value)}`);
  }
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
