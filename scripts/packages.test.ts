// Packs the packages, installs them into an empty directory, and uses them; with KUBECTL_DBG_LONG=1 also on the other
// runtimes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchRuntime } from './fetch-runtime.mjs';
import { packPackages } from './pack.mjs';
import { BUN } from './standalone.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const LONG = process.env['KUBECTL_DBG_LONG'] === '1';

const runtimes: [name: string, program: () => string | Promise<string>][] = [
  ['this Node', () => process.execPath],
  ...(LONG
    ? ([
        ['Node 20.19', () => fetchRuntime('node', '20.19')],
        ['Node 22', () => fetchRuntime('node', '22')],
        ['Node 24', () => fetchRuntime('node', '24')],
        ['Bun', () => fetchRuntime('bun', BUN)],
      ] as typeof runtimes)
    : []),
];

/** Debugs a pod of a sandbox with both libraries, and prints the outcome. */
const PROGRAM = `
import { startSandbox } from 'kube-sandbox';
import { debug, openCluster } from 'kubectl-dbg';

const sandbox = await startSandbox({ runtime: 'simulated' });
const cluster = await openCluster({ kubeconfig: sandbox.kubeconfig });
await cluster.request({
  method: 'POST',
  path: '/api/v1/namespaces/default/pods',
  body: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'app', image: 'example.com/web:v1', command: ['sleep', '3600'] }] },
  },
});
const { outcome } = await debug(cluster, { target: 'web', command: ['sh', '-c', 'echo seen; exit 3'] }, { stdout: process.stdout });
console.log(JSON.stringify(outcome));
await cluster.close();
await sandbox.stop();
`;

/** A TypeScript program that checks the types. */
const TYPED = `
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type Outcome, debug, openCluster } from 'kubectl-dbg';

const sandbox: Sandbox = await startSandbox({ runtime: 'simulated' });
const { outcome } = await debug(await openCluster({ kubeconfig: sandbox.kubeconfig }), { target: 'web' });
const end: Outcome = outcome;
// @ts-expect-error a target is a word
await debug(await openCluster(), { target: 7 });
export { end };
`;

describe('the packages, packed and installed', () => {
  let directory: string;
  let app: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-packages-'));
    app = join(directory, 'app');
    const archives = packPackages(directory);
    await mkdir(app);
    await writeFile(join(app, 'package.json'), '{"private":true,"type":"module"}');
    await writeFile(join(app, 'use.js'), PROGRAM);
    const install = ['install', '--offline', '--omit=optional', '--no-audit', '--no-fund', ...archives];
    await run('npm', install, { cwd: app, shell: process.platform === 'win32' });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('have no dependencies', async () => {
    const installed = (await readdir(join(app, 'node_modules'))).filter((name) => !name.startsWith('.'));
    assert.deepEqual(installed, ['kube-sandbox', 'kubectl-dbg']);
  });

  test('contain licence, README and metadata, but no sources', async () => {
    for (const name of ['kubectl-dbg', 'kube-sandbox']) {
      const files = await readdir(join(app, 'node_modules', name), { recursive: true });
      for (const file of ['README.md', 'LICENSE', 'package.json', 'dist/index.js', 'dist/index.d.ts']) {
        assert.ok(files.map((path) => path.replaceAll('\\', '/')).includes(file), `${name} has ${file}`);
      }
      assert.ok(files.some((file) => file.endsWith('.map')));
      assert.ok(!files.some((file) => /(?<!\.d)\.ts$/.test(file)));
      const licences = await readFile(
        join(app, 'node_modules', name, 'dist', 'THIRD-PARTY-LICENSES.txt'),
        'utf8',
      );
      assert.match(licences, /^ws \d/m);
    }
  });

  test('have complete types', async () => {
    await writeFile(join(app, 'typed.ts'), TYPED);
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', ...types];
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [compiler, ...options, 'typed.ts'], { cwd: app }).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, '');
  });

  for (const [name, program] of runtimes) {
    test(`on ${name}: the commands and the libraries`, async () => {
      const runtime = await program();
      const { HOME, PATH } = process.env;
      // The flags of this test process would resolve to the sources.
      const options = { cwd: app, env: { HOME, PATH } };
      const dbg = join(app, 'node_modules', 'kubectl-dbg', 'bin', 'kubectl-dbg.cjs');
      assert.match((await run(runtime, [dbg, '--version'], options)).stdout, /^kubectl-dbg \d/);
      assert.match((await run(runtime, [dbg, '--help'], options)).stdout, /kubectl dbg/);
      const { stdout } = await run(runtime, [join(app, 'use.js')], options);
      assert.equal(stdout, 'seen\n{"kind":"exited","code":3}\n');
    });
  }
});
