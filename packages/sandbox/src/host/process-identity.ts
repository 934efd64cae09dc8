import { existsSync, readFileSync } from 'node:fs';
import { number, string } from 'valibot';

/** A process, told apart from a later one of its id. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in the kernel's clock ticks; elsewhere than on Linux only that it lives. */
  startTime: string;
}

/** Its fields, for the schemas of files that name a process. */
export const processIdentity = { pid: number(), startTime: string() };

/** Fields of /proc/PID/stat behind the name, counted from 0. */
const STATE_FIELD = 0;
const START_TIME_FIELD = 19;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const file = `/proc/${pid}/stat`;
    if (!existsSync(file)) return undefined;
    const text = readFileSync(file, 'utf8');
    // The name before the fields may hold blanks and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended.
    return fields[STATE_FIELD] === 'Z' ? undefined : fields[START_TIME_FIELD];
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return undefined;
  }
}
