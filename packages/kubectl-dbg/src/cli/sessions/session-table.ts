import { sanitise, sanitiseShort } from '../../base/sanitise.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { alignRows } from '../align-rows.ts';

/** Maximum length of a cell. */
const LONGEST = 80;

const DAY_SECONDS = 86_400;

interface Column {
  head: string;
  wide?: boolean;
  readonly cell: (session: DebugSession, now: number) => string | undefined;
}

const COLUMNS: readonly Column[] = [
  { head: 'SESSION', cell: ({ pod, container }) => `${pod}/${container}` },
  { head: 'WORKLOAD', cell: ({ workload }) => workload },
  { head: 'WORKFLOW', cell: ({ workflow }) => workflow },
  { head: 'TOOL', cell: ({ tool }) => tool },
  { head: 'IMAGE', cell: ({ image }) => image },
  { head: 'PROFILE', cell: ({ profile }) => profile },
  { head: 'STATE', cell: ({ state }) => state },
  { head: 'EXIT', cell: ({ exitCode }) => (exitCode === undefined ? undefined : String(exitCode)) },
  { head: 'AGE', cell: ({ started, created }, now) => timeUntil(now, created ?? started, -1) },
  { head: 'WHO', cell: ({ who }) => who },
  { head: 'EXPIRES', cell: ({ expires }, now) => expiry(now, expires) },
  { head: 'TARGET', wide: true, cell: ({ target }) => target },
  { head: 'NODE', wide: true, cell: ({ node }) => node },
  { head: 'REASON', wide: true, cell: ({ reason }) => reason },
  { head: 'WHY', wide: true, cell: ({ why }) => why },
];

/** Options of a table of sessions. */
export interface TableOptions {
  wide: boolean;
  /** With a column for the namespace. */
  namespaces: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Sessions as lines with a header; texts from the cluster are sanitised. */
export function sessionTable(sessions: readonly DebugSession[], options: TableOptions): string[] {
  const columns = columnsFor(options);
  const rows = sessions.map((session) => columns.map(({ cell }) => show(cell(session, options.now))));
  return alignRows([columns.map(({ head }) => head), ...rows]);
}

function columnsFor({ wide, namespaces }: TableOptions): Column[] {
  const shown = COLUMNS.filter((column) => wide || column.wide !== true);
  return namespaces ? [{ head: 'NAMESPACE', cell: ({ namespace }) => namespace }, ...shown] : shown;
}

function show(cell: string | undefined): string {
  return cell === undefined || cell === '' ? '-' : sanitiseShort(cell, LONGEST);
}

function expiry(now: number, time: string | undefined): string | undefined {
  const left = timeUntil(now, time, 1);
  if (time === undefined || left === undefined) return undefined;
  return Date.parse(time) <= now ? 'expired' : `in ${left}`;
}

/** The time to (1) or since (-1) a moment, like kubectl's ages: at most its two largest units. */
export function timeUntil(now: number, time: string | undefined, sign: 1 | -1): string | undefined {
  const moment = Date.parse(time ?? '');
  if (Number.isNaN(moment)) return undefined;
  const seconds = Math.max(0, Math.floor((sign * (moment - now)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 2 * DAY_SECONDS) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / DAY_SECONDS)}d`;
}

/** The name of a session, safe to print. */
export function sessionName({ session }: DebugSession): string {
  return sanitise(session);
}
