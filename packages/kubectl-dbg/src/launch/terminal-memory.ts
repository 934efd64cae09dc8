import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A terminal that was unused for this time (ms) is assumed to be closed. */
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** Maximum length of the text. */
const MAX_BYTES = 4096;

/** Saves a text for later commands in this terminal, in a private file. Does nothing if the directory is not writable. */
export function remember(text: string): void {
  try {
    const directory = stateDirectory();
    if (isAnothersHome()) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // If it is a symbolic link, files elsewhere would be written or deleted.
    const stats = lstatSync(directory);
    if (!stats.isDirectory() || !isOwn(stats)) return;
    const path = join(directory, terminalKey());
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    renameSync(unfinished, path);
    removeOld(directory);
  } catch {
    // then the user must name the session
  }
}

/** The text that was last saved for this terminal: only from a file that this user alone can have written. */
export function recall(): string | undefined {
  let file: number | undefined;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK }: Partial<typeof constants> = constants;
    const flags = (O_RDONLY ?? 0) | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0);
    file = openSync(join(stateDirectory(), terminalKey()), flags);
    const stats = fstatSync(file);
    if (!isOwn(stats) || !stats.isFile() || stats.size > MAX_BYTES) return undefined;
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * The directory for state that outlives a program but has no value elsewhere (XDG base directories; `%LOCALAPPDATA%`).
 */
function stateDirectory(): string {
  const { env, platform } = process;
  const home = env.HOME ?? homedir();
  const own = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_STATE_HOME;
  return join(own || join(home, '.local', 'state'), 'kubectl-dbg', 'terminals');
}

/**
 * A name for the terminal: on Linux the controlling terminal and its login session, because numbers of terminals are
 * reused; elsewhere, and without a terminal, the parent process.
 */
function terminalKey(): string {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1');
    // The program's name, in parentheses, may contain anything.
    const [, , , session, terminal] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (terminal !== undefined && terminal !== '0') return `tty-${terminal}-${session ?? ''}`;
  } catch {
    // not Linux
  }
  return `parent-${process.ppid}`;
}

/** Names from `terminalKey`, or of a partially written file. */
const OUR_NAME = /^(?:tty-\d+-\d*|parent-\d+)(?:\.\d+)?$/;

/** Only files with our names, and not the targets of links. */
function removeOld(directory: string): void {
  for (const name of readdirSync(directory).filter((found) => OUR_NAME.test(found))) {
    const path = join(directory, name);
    const stats = lstatSync(path);
    if (stats.isFile() && Date.now() - stats.mtimeMs > MAX_AGE_MS) rmSync(path, { force: true });
  }
}

/** Whether only this user can have written it. */
function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Root in another user's home, as with sudo: that user could neither use nor replace the created files. */
function isAnothersHome(): boolean {
  if (process.getuid?.() !== 0) return false;
  const stats = statSync(process.env.HOME ?? homedir(), { throwIfNoEntry: false });
  return stats === undefined || stats.uid !== 0;
}
