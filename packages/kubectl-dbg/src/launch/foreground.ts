import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * Whether this process is in the foreground process group of its terminal. True if this is unknown (Windows, which has no
 * such groups, and systems without `ps`).
 */
export async function isForeground(): Promise<boolean> {
  if (process.platform === 'win32') return true;
  try {
    const [group, terminalGroup] = process.platform === 'linux' ? await fromProc() : await fromPs();
    return group === terminalGroup;
  } catch {
    return true;
  }
}

/**
 * Process group and foreground group of the terminal: fields 5 and 8 of proc_pid_stat(5); the name before them may
 * contain anything.
 */
async function fromProc(): Promise<[string | undefined, string | undefined]> {
  const text = await readFile('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [fields[2], fields[5]];
}

async function fromPs(): Promise<[string | undefined, string | undefined]> {
  const args = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
  const { stdout } = await promisify(execFile)('ps', args, { timeout: 2_000 });
  const [group, terminalGroup] = stdout.trim().split(/\s+/);
  return [group, terminalGroup];
}
