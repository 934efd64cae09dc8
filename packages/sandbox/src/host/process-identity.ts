import { existsSync, readFileSync } from 'node:fs';
import { number, string } from 'valibot';

/** Identifies a process, even if its PID is reused later. */
export interface ProcessIdentity {
  pid: number;
  /** On Linux the start time in clock ticks since boot; on other systems only that the process exists. */
  startTime: string;
}

/** The same as a schema, for files that contain a process identity. */
export const processIdentity = { pid: number(), startTime: string() };

/** Indexes of the fields after the command name in /proc/PID/stat. */
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
    // The command name may contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // A zombie has already terminated.
    return fields[STATE_FIELD] === 'Z' ? undefined : fields[START_TIME_FIELD];
  }
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return undefined;
  }
}
