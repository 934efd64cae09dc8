// What a bare clone needs before it can build, test or demonstrate: npm packages, Debian packages, a build.
// Fast when nothing is missing; prints what it installs.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Debian packages that real containers need, and the program by which each is recognised. */
const DEBIAN = [
  { name: 'runc', program: 'runc' },
  { name: 'busybox-static', program: 'busybox' },
  { name: 'iproute2', program: 'ip' },
];

/**
 * @param {{ root: string, build?: boolean, packages?: boolean }} options `build`: bundle if the sources are newer;
 *   `packages`: install missing Debian packages (as root or by sudo), else say what to install.
 */
export async function setUp({ root, build = false, packages = false }) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: kubectl-dbg needs Node 20.19 or newer`);
  }
  if (!upToDate(join(root, 'node_modules', '.package-lock.json'), [join(root, 'package-lock.json')])) {
    say('installing npm packages (npm ci)');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
  }
  if (packages) installDebianPackages();
  if (build) buildIfStale(root);
}

function installDebianPackages() {
  if (process.platform !== 'linux') return;
  const missing = DEBIAN.filter(({ program }) => !onPath(program)).map(({ name }) => name);
  if (missing.length === 0) return;
  const isRoot = process.getuid?.() === 0;
  const sudo = isRoot ? [] : ['sudo', '-n'];
  const command = `${isRoot ? '' : 'sudo '}apt-get install -y ${missing.join(' ')}`;
  const canInstall =
    onPath('apt-get') && (isRoot || spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0);
  if (!canInstall) {
    say(`missing: ${missing.join(', ')}. Install them with: ${command}`);
    return;
  }
  say(`installing Debian packages: ${missing.join(', ')}`);
  const apt = [...sudo, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq'];
  const attempt = () =>
    spawnSync(apt[0], [...apt.slice(1), 'install', '-y', '--no-install-recommends', ...missing], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
  let result = attempt();
  if (result.status !== 0) {
    spawnSync(apt[0], [...apt.slice(1), 'update'], { stdio: 'ignore' });
    result = attempt();
  }
  if (result.status !== 0)
    say(`could not install ${missing.join(', ')}: ${result.stderr.trim()}. Try: ${command}`);
}

function buildIfStale(root) {
  const outputs = ['kubectl-dbg/dist/main.cjs', 'kubectl-dbg/dist/index.js', 'sandbox/dist/main.js'].map(
    (path) => join(root, 'packages', path),
  );
  const sources = ['kubectl-dbg', 'sandbox', 'wire'].flatMap((name) =>
    filesBelow(join(root, 'packages', name, 'src')),
  );
  sources.push(join(root, 'scripts', 'build.mjs'), join(root, 'package-lock.json'));
  if (outputs.every((output) => upToDate(output, sources))) return;
  say('building');
  run(process.execPath, [join(root, 'scripts', 'build.mjs')], root);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function upToDate(output, sources) {
  if (!existsSync(output)) return false;
  const made = statSync(output).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs <= made);
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

function run(program, args, cwd) {
  try {
    execFileSync(program, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  } catch {
    fail(`${program} ${args.join(' ')} failed`);
  }
}

function say(text) {
  process.stderr.write(`set-up: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
