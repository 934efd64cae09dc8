import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'owner';
/** Fields of /proc/PID/stat behind the name, counted from 0: the start time, which tells a process from a later one of its id. */
const START_TIME_FIELD = 19;

/** Notes in a state directory which process uses it. */
export function writeOwner(stateDir: string): void {
  writeFileSync(join(stateDir, FILE), `${process.pid} ${startTime(process.pid) ?? ''}`);
}

/** Whether the process that uses a state directory still runs; undefined if no process ever said that it does. */
export function ownerRuns(stateDir: string): boolean | undefined {
  let text: string;
  try {
    text = readFileSync(join(stateDir, FILE), 'utf8');
  } catch {
    return undefined;
  }
  const [pid = '', started = ''] = text.split(' ');
  return startTime(Number(pid)) === started;
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses and may hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD];
  } catch {
    return undefined;
  }
}
