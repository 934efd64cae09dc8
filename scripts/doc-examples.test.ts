// Compiles the examples of the documentation, and runs them against a sandbox.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import * as sandboxLibrary from 'kube-sandbox';
import * as library from 'kubectl-dbg';
import { docExamples, moduleOf } from './doc-examples.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = docExamples(root).map(({ where, code }, index) => ({ where, code, file: `${index}.ts` }));

const NAMES = { 'kubectl-dbg': Object.keys(library), 'kube-sandbox': Object.keys(sandboxLibrary) };
/** Examples that need real programs in containers are only compiled; other tests run these functions with real containers. */
const REAL_PROGRAMS = /\b(?:copyFiles|capture)\(|\benter:/;

describe('examples of the documentation', () => {
  // Inside the project, so that its modules are found.
  const directory = mkdtempSync(join(root, '.types-examples-'));
  let sandbox: sandboxLibrary.Sandbox;

  before(async () => {
    for (const { code, file } of examples) {
      writeFileSync(join(directory, file), moduleOf(code, NAMES));
    }
    sandbox = await sandboxLibrary.startSandbox({ runtime: 'simulated' });
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, withContext(readFileSync(sandbox.kubeconfig, 'utf8'), 'staging'));
    process.env.KUBECONFIG = kubeconfig;
    const cluster = await library.openCluster();
    await createPods(cluster);
    await cluster.close();
  });
  after(async () => {
    await sandbox.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('exist in pages and in docstrings', () => {
    assert.ok(examples.some(({ where }) => where === 'docs/library.md'));
    assert.ok(examples.filter(({ where }) => where.endsWith('.ts')).length > 5);
  });

  test('compile', async () => {
    const config = join(directory, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ extends: '../tsconfig.json', include: ['*.ts'] }));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', config]).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, '');
  });

  for (const { where, code, file } of examples) {
    if (REAL_PROGRAMS.test(code)) continue;
    test(`${where}: ${file} runs`, async () => {
      await import(pathToFileURL(join(directory, file)).href);
    });
  }
});

/** The same kubeconfig with another context name. */
function withContext(kubeconfig: string, name: string): string {
  const { contexts, ...others } = load(kubeconfig) as { contexts: { name: string }[] };
  const [first] = contexts;
  return JSON.stringify({ ...others, contexts: [{ ...first, name }], 'current-context': name });
}

/** Creates the targets of the examples: a pod, and a Deployment with a ready pod. */
async function createPods(cluster: library.Cluster): Promise<void> {
  const containers = [{ name: 'app', image: 'example.com/web:v1', command: ['sleep', '3600'] }];
  const metadata = { name: 'web', labels: { app: 'web' } };
  await cluster.request({
    method: 'POST',
    path: '/api/v1/namespaces/default/pods',
    body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'mypod' }, spec: { containers } },
  });
  const path = '/apis/apps/v1/namespaces/default/deployments';
  const spec = { selector: { matchLabels: metadata.labels }, template: { metadata, spec: { containers } } };
  await cluster.request({
    method: 'POST',
    path,
    body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec },
  });
  const isReady = async () => {
    const { status } = await cluster.request<{ status?: { readyReplicas?: number } }>({
      method: 'GET',
      path: `${path}/web`,
    });
    return status?.readyReplicas === 1;
  };
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 20));
}
