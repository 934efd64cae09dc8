// Provides the programs that real containers need: from the system, from Debian packages or, without root, unpacked from
// Debian packages into .cache/debian.
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

/** Debian packages and their programs. */
const NEEDED = [
  { name: 'runc', program: 'runc', path: 'usr/sbin/runc', accepts: () => true },
  // A dynamically linked busybox does not run in an image without libraries.
  { name: 'busybox-static', program: 'busybox', path: 'bin/busybox', accepts: isStatic },
];
/** Packages that some tests need, which are too large to be unpacked without root. */
const FOR_TESTS = [
  { name: 'chromium', program: 'chromium', purpose: 'tests of report pages' },
  { name: 'tcpdump', program: 'tcpdump', purpose: 'tests of captures' },
];
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const PT_INTERP = 3;

/**
 * Installs what is missing for real containers, and reports each step.
 *
 * @param {string} root the project's directory
 * @param {(line: string) => void} say
 * @param {{ install: boolean }} options without `install`, only reports what is missing
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
  // Installing a static busybox would remove the dynamically linked one, which the system may need.
  const spares = missing.filter(({ program }) => onPath(program));
  const installed = missing.filter((needed) => !spares.includes(needed));
  const left = installed.length === 0 ? [] : installWithRoot(installed, say) ? [] : installed;
  for (const needed of [...spares, ...left]) unpack(needed, cache, say);
}

/**
 * Installs the browser for tests of report pages, as root; otherwise reports that it is missing.
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

/** Installs packages on the system, as root or by passwordless sudo. False if neither is possible. */
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

/** Downloads a package, which needs no root, verifies its hash against apt's, and unpacks it into the cache. */
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
  return [...directories(), join(cache, 'bin')].some((directory) => {
    const path = join(directory, program);
    return isExecutable(path) && accepts(path);
  });
}

function onPath(program) {
  return directories().some((directory) => isExecutable(join(directory, program)));
}

function directories() {
  return [
    ...(process.env.PATH ?? '').split(':').filter((directory) => directory !== ''),
    ...SYSTEM_DIRECTORIES,
  ];
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return existsSync(path);
  } catch {
    return false;
  }
}

/** Whether a 64-bit ELF program is statically linked. */
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
