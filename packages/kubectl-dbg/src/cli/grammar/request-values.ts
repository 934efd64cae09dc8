import { readQuantity } from '../../model/quantity.ts';
import type { EnterMode, ProfileName } from '../../model/plan.ts';
import { nearest } from './nearest.ts';
import { usage } from '../cli-error.ts';

/** Values of --profile, in the displayed order. */
const PROFILE_NAMES: readonly ProfileName[] = [
  'general',
  'baseline',
  'restricted',
  'netadmin',
  'sysadmin',
  'auto',
  'legacy',
];

/** Checks --profile; throws DbgError (usage). */
export function profileName(text: string): ProfileName {
  const known = PROFILE_NAMES.find((name) => name === text);
  if (known !== undefined) return known;
  const near = nearest(text.toLowerCase(), PROFILE_NAMES);
  throw usage(
    `unknown profile: ${text}`,
    near === undefined ? `Use one of ${PROFILE_NAMES.join(', ')}` : `Did you mean ${near}?`,
  );
}

/** Checks --enter; throws DbgError (usage). */
export function enterMode(text: string): EnterMode {
  choice('enter', text, ['root', 'namespaces']);
  return text === 'namespaces' ? 'namespaces' : 'root';
}

/** Checks a flag with a closed set of values; throws DbgError (usage). */
export function choice(flag: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw usage(`invalid value ${JSON.stringify(value)} for --${flag}`, `Use one of ${allowed.join(', ')}`);
}

/** Capability names in the API's form: upper case, without the kernel's prefix. Throws DbgError (usage). */
export function capabilities(names: readonly string[]): string[] {
  return names.map((name) => {
    const short = name.trim().toUpperCase().replace(/^CAP_/, '');
    if (/^[A-Z][A-Z0-9_]*$/.test(short)) return short;
    throw usage(
      `invalid capability ${JSON.stringify(name)}`,
      'Write capabilities as in capabilities(7), such as NET_ADMIN',
    );
  });
}

const RESOURCE_NAME = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-\w.]*[A-Za-z0-9])?$/;

/** Parses `NAME=AMOUNT` words of --requests or --limits; a later one replaces an earlier. Throws DbgError (usage). */
export function quantities(flag: string, words: readonly string[]): Record<string, string> {
  const entries = words.map((word) => {
    const at = word.indexOf('=');
    const [name, amount] = [word.slice(0, Math.max(at, 0)).trim(), word.slice(at + 1).trim()];
    if (RESOURCE_NAME.test(name) && readQuantity(amount) !== undefined) return [name, amount] as const;
    throw usage(
      `invalid value ${JSON.stringify(word)} for --${flag}`,
      'Write NAME=AMOUNT, such as cpu=100m,memory=64Mi',
    );
  });
  return Object.fromEntries(entries);
}

/** Largest user or group id that the API accepts (int32). */
const LARGEST_ID = 2 ** 31 - 1;

/** Parses `UID[:GID]`; throws DbgError (usage). */
export function runAs(text: string): { uid: number; gid?: number } {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  const [uid, gid] = [Number(match?.[1] ?? NaN), match?.[2] === undefined ? undefined : Number(match[2])];
  if (!Number.isNaN(uid) && uid <= LARGEST_ID && (gid ?? 0) <= LARGEST_ID) {
    return gid === undefined ? { uid } : { uid, gid };
  }
  throw usage(`invalid user ${JSON.stringify(text)} for --run-as`, 'Write numeric ids as UID or UID:GID');
}
