import { DbgError } from '../../errors.ts';
import type { ProfileName } from '../../plan/types.ts';
import { nearest } from './nearest.ts';

/** Values of --profile, in the order shown. */
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
  throw new DbgError('usage', `unknown profile: ${text}`, {
    remedy: near === undefined ? `Use one of ${PROFILE_NAMES.join(', ')}` : `Did you mean ${near}?`,
  });
}

/** Checks a flag with a closed set of values; throws DbgError (usage). */
export function choice(flag: string, value: string | undefined, allowed: readonly string[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new DbgError('usage', `invalid value ${JSON.stringify(value)} for --${flag}`, {
    remedy: `Use one of ${allowed.join(', ')}`,
  });
}

/** Capability names as the API wants them: upper case, without the kernel's prefix. Throws DbgError (usage). */
export function capabilities(names: readonly string[]): string[] {
  return names.map((name) => {
    const short = name.trim().toUpperCase().replace(/^CAP_/, '');
    if (/^[A-Z][A-Z0-9_]*$/.test(short)) return short;
    throw new DbgError('usage', `invalid capability ${JSON.stringify(name)}`, {
      remedy: 'Write capabilities as in capabilities(7), such as NET_ADMIN',
    });
  });
}

/** Largest user or group id that the API accepts (int32). */
const LARGEST_ID = 2 ** 31 - 1;

/** Reads `UID[:GID]`; throws DbgError (usage). */
export function runAs(text: string): { uid: number; gid?: number } {
  const match = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text);
  const [uid, gid] = [Number(match?.[1] ?? NaN), match?.[2] === undefined ? undefined : Number(match[2])];
  if (!Number.isNaN(uid) && uid <= LARGEST_ID && (gid ?? 0) <= LARGEST_ID) {
    return gid === undefined ? { uid } : { uid, gid };
  }
  throw new DbgError('usage', `invalid user ${JSON.stringify(text)} for --run-as`, {
    remedy: 'Write numeric ids as UID or UID:GID',
  });
}
