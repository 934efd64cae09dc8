/** The text is not a schedule. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Bounds {
  least: number;
  most: number;
  names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: MONTHS },
  { least: 0, most: 6, names: DAYS },
];

const SHORTHANDS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Sets of minutes, hours, days of the month, months and days of the week. */
export interface CronSchedule {
  fields: readonly ReadonlySet<number>[];
  /** A day field of `*` does not restrict days. */
  anyDayOfMonth: boolean;
  anyDayOfWeek: boolean;
}

/** Parses a standard schedule of five fields, or a shorthand such as `@daily`. Throws ScheduleError. */
export function parseSchedule(text: string): CronSchedule {
  if (text.trim() === '') throw new ScheduleError('empty spec string');
  if (text.startsWith('@') && SHORTHANDS[text] === undefined) {
    throw new ScheduleError(`unrecognized descriptor: ${text}`);
  }
  const parts = (SHORTHANDS[text] ?? text).trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new ScheduleError(`expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`);
  }
  return {
    fields: FIELDS.map((bounds, position) => parseField(parts[position] ?? '', bounds)),
    anyDayOfMonth: isAny(parts[2] ?? ''),
    anyDayOfWeek: isAny(parts[4] ?? ''),
  };
}

function isAny(field: string): boolean {
  return field.startsWith('*') || field === '?';
}

function parseField(field: string, bounds: Bounds): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [range = '', stepText, ...more] = part.split('/');
    if (more.length > 0) throw new ScheduleError(`too many slashes: ${part}`);
    const step = stepText === undefined ? 1 : parseNumber(stepText, undefined);
    if (step === 0) throw new ScheduleError(`step of range should be a positive number: ${part}`);
    const [from, to] = parseRange(range, stepText !== undefined, bounds);
    if (from < bounds.least) {
      throw new ScheduleError(`beginning of range (${from}) below minimum (${bounds.least}): ${part}`);
    }
    if (to > bounds.most) {
      throw new ScheduleError(`end of range (${to}) above maximum (${bounds.most}): ${part}`);
    }
    if (from > to) {
      throw new ScheduleError(`beginning of range (${from}) beyond end of range (${to}): ${part}`);
    }
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return values;
}

function parseRange(range: string, stepped: boolean, bounds: Bounds): [number, number] {
  if (range === '*' || range === '?') return [bounds.least, bounds.most];
  const [first = '', last, ...more] = range.split('-');
  if (more.length > 0) throw new ScheduleError(`too many hyphens: ${range}`);
  const from = parseNumber(first, bounds.names);
  if (last !== undefined) return [from, parseNumber(last, bounds.names)];
  return [from, stepped ? bounds.most : from];
}

function parseNumber(text: string, names: readonly string[] | undefined): number {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  // Months start at one, days at zero.
  if (named >= 0) return names === MONTHS ? named + 1 : named;
  if (!/^\d+$/.test(text)) {
    throw new ScheduleError(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Limit of the search, because some schedules never match (30th of February). Includes a leap year. */
const SEARCH_LIMIT_DAYS = 366 * 5;

/** The first time of the schedule after `after`, in UTC; undefined if there is none in five years. */
export function nextTime(schedule: CronSchedule, after: Date): Date | undefined {
  const [minutes, hours] = schedule.fields;
  let day = Math.floor((Math.floor(after.getTime() / MINUTE_MS) * MINUTE_MS + MINUTE_MS) / DAY_MS) * DAY_MS;
  for (let count = 0; count < SEARCH_LIMIT_DAYS; count += 1, day += DAY_MS) {
    if (!isDay(schedule, new Date(day))) continue;
    for (const hour of [...(hours ?? [])].sort((a, b) => a - b)) {
      for (const minute of [...(minutes ?? [])].sort((a, b) => a - b)) {
        const time = day + (hour * 60 + minute) * MINUTE_MS;
        if (time > after.getTime()) return new Date(time);
      }
    }
  }
  return undefined;
}

function isDay({ fields, anyDayOfMonth, anyDayOfWeek }: CronSchedule, date: Date): boolean {
  if (fields[3]?.has(date.getUTCMonth() + 1) !== true) return false;
  const ofMonth = fields[2]?.has(date.getUTCDate()) === true;
  const ofWeek = fields[4]?.has(date.getUTCDay()) === true;
  // If both are restricted, either may match.
  return anyDayOfMonth || anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
}
