// The programs that real containers need: from the system, from Debian's packages, or, for a user without root,
// unpacked from those packages into .cache/debian.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/** Debian packages, and the program that each is for. */
const NEEDED = [
  { name: 'runc', program: 'runc', path: 'usr/sbin/runc', accepts: () => true },
  // A busybox with libraries does not run in an image that has none.
  { name: 'busybox-static', program: 'busybox', path: 'bin/busybox', accepts: isStatic },
];
/** What some tests need; too much to be unpacked for one user. */
const FOR_TESTS = [
  { name: 'chromium', program: 'chromium', purpose: 'tests of report pages' },
  { name: 'tcpdump', program: 'tcpdump', purpose: 'tests of captures' },
];
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const PT_INTERP = 3;

/**
 * Gets what is missing for real containers, and says each thing that it does.
 *
 * @param {string} root the project's folder
 * @param {(line: string) => void} say
 * @param {{ install: boolean }} options without `install` it only says what is missing
 */
export function getDebianPackages(root, say, { install }) {
  if (process.platform !== 'linux') return;
  const cache = join(root, '.cache', 'debian');
  const missing = NEEDED.filter((needed) => !isThere(needed, cache));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' ');
  if (!install) {
    say(`for real containers there are missing: ${names}. To get them: npm run setup`);
    return;
  }
  if (!onPath('apt-get') || !onPath('dpkg-deb')) {
    say(
      `for real containers there are missing: runc and a static busybox. Install them with this system's own tools`,
    );
    return;
  }
  // Installing a static busybox would remove the other one, which may be the system's.
  const spares = missing.filter(({ program }) => onPath(program));
  const installed = missing.filter((needed) => !spares.includes(needed));
  const left = installed.length === 0 ? [] : installWithRoot(installed, say) ? [] : installed;
  for (const needed of [...spares, ...left]) unpack(needed, cache, say);
}

/**
 * Gets the browser that report pages are tested with, as root; else says that it is missing.
 *
 * @param {(line: string) => void} say
 */
export function getTestPrograms(say) {
  if (process.platform !== 'linux') return;
  const isRoot = process.getuid?.() === 0;
  for (const needed of FOR_TESTS.filter(({ program }) => !onPath(program))) {
    if (isRoot && onPath('apt-get')) installWithRoot([needed], say, needed.purpose);
    else say(`${needed.purpose} are left out: there is no ${needed.program}`);
  }
}

/** Installs packages on the system, as root or by a sudo that does not ask. False if neither can. */
function installWithRoot(packages, say, purpose = 'real containers') {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) return false;
  const names = packages.map(({ name }) => name);
  say(`installing Debian packages${isRoot ? '' : ' with sudo'} for ${purpose}: ${names.join(' ')}`);
  const apt = [...(isRoot ? [] : ['sudo', '-n']), 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const attempt = () =>
    spawnSync(apt[0], [...apt.slice(1), 'install', '-y', '--no-install-recommends', ...names], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
  let result = attempt();
  if (result.status !== 0) {
    spawnSync(apt[0], [...apt.slice(1), 'update'], { stdio: 'ignore' });
    result = attempt();
  }
  if (result.status !== 0) say(`could not install them: ${result.stderr.trim()}`);
  return result.status === 0;
}

/** Fetches a package, which takes no root, and unpacks it into the cache once its hash is the one that apt knows. */
function unpack({ name, program, path }, cache, say) {
  say(`fetching the Debian package ${name} into .cache/debian (nothing is installed on the system)`);
  mkdirSync(join(cache, 'bin'), { recursive: true });
  const work = mkdtempSync(join(cache, 'fetch-'));
  try {
    const quiet = { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] };
    execFileSync('apt-get', ['-qq', 'download', name], quiet);
    const [file = ''] = readdirSync(work).filter((entry) => entry.endsWith('.deb'));
    const hash = createHash('sha256')
      .update(readFileSync(join(work, file)))
      .digest('hex');
    const known = execFileSync('apt-cache', ['show', name], quiet).matchAll(/^SHA256: ([0-9a-f]{64})$/gm);
    if (![...known].some(([, expected]) => expected === hash)) {
      throw new Error(`${file} has the SHA-256 ${hash}, which apt does not know`);
    }
    execFileSync('dpkg-deb', ['-x', file, 'content'], quiet);
    rmSync(join(cache, name), { recursive: true, force: true });
    renameSync(join(work, 'content'), join(cache, name));
    rmSync(join(cache, 'bin', program), { force: true });
    symlinkSync(join('..', name, path), join(cache, 'bin', program));
    say(`unpacked ${file} (SHA-256 ${hash.slice(0, 16)}...)`);
  } catch (error) {
    say(
      `could not fetch ${name}: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isThere({ program, accepts }, cache) {
  return [...folders(), join(cache, 'bin')].some((folder) => {
    const path = join(folder, program);
    return isExecutable(path) && accepts(path);
  });
}

function onPath(program) {
  return folders().some((folder) => isExecutable(join(folder, program)));
}

function folders() {
  return [...(process.env.PATH ?? '').split(':').filter((folder) => folder !== ''), ...SYSTEM_FOLDERS];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

/** Whether a program of 64 bits names no loader of shared libraries. */
function isStatic(path) {
  const head = Buffer.alloc(4096);
  const fd = openSync(path, 'r');
  readSync(fd, head, 0, head.length, 0);
  closeSync(fd);
  const [offset, size, count] = [
    Number(head.readBigUInt64LE(32)),
    head.readUInt16LE(54),
    head.readUInt16LE(56),
  ];
  for (let index = 0; index < count; index += 1) {
    const at = offset + index * size;
    if (at + 4 <= head.length && head.readUInt32LE(at) === PT_INTERP) return false;
  }
  return true;
}
