// Sets up a fresh clone for builds, tests and the demo: npm packages, Debian packages, a build. Fast if nothing is missing;
// prints what it installs.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { getDebianPackages } from './debian-packages.mjs';

/** With this flag, and in CI unless requested, nothing is installed or downloaded. */
const NO_INSTALL = '--no-install';

/**
 * @param {{ root: string, build?: boolean, packages?: boolean, asked?: boolean }} options `build`: bundle if the
 *   sources are newer; `packages`: install the programs that real containers need; `asked`: the user has requested the
 *   installation, so also install in CI.
 */
export async function setUp({ root, build = false, packages = false, asked = false }) {
  const install = !process.argv.includes(NO_INSTALL) && (asked || !process.env.CI);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old: kubectl-dbg needs Node 20.19 or newer`);
  }
  if (!upToDate(join(root, 'node_modules', '.package-lock.json'), [join(root, 'package-lock.json')])) {
    if (!install) fail('npm packages are missing or old: npm ci installs them');
    say('installing npm packages (npm ci)');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], root);
  }
  if (packages) getDebianPackages(root, say, { install });
  if (build) buildIfStale(root);
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

function filesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(directory, entry.name)) : [join(directory, entry.name)],
  );
}

function upToDate(output, sources) {
  if (!existsSync(output)) return false;
  const made = statSync(output).mtimeMs;
  return sources.every((source) => statSync(source).mtimeMs <= made);
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
