import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { kubeconfigFor, startApiServer } from '../../testing/api-server.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { testWorld } from '../../testing/test-world.ts';
import { run } from '../run.ts';

const V1 = 'client.authentication.k8s.io/v1';
const CREDENTIAL = JSON.stringify({ kind: 'ExecCredential', apiVersion: V1, status: { token: 't' } });

const kuberc = (rest: string) => `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n${rest}\n`;

const rows: [name: string, kuberc: string | undefined, runs: boolean][] = [
  ['no kuberc', undefined, true],
  ['a kuberc that allows all plugins', kuberc('credentialPluginPolicy: AllowAll'), true],
  ['a kuberc that denies all plugins', kuberc('credentialPluginPolicy: DenyAll'), false],
  [
    'an allowlist without it',
    kuberc('credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: other}]'),
    false,
  ],
  ['an invalid kuberc', 'a: [', false],
];

for (const [name, preferences, runs] of rows) {
  test(`completion ${runs ? 'runs' : 'does not run'} a credential plugin with ${name}`, async (context) => {
    const server = await startApiServer(context, {
      answer(_, response) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"kind":"PodList","items":[{"metadata":{"name":"web"}}]}');
      },
    });
    const home = await temporaryDirectory(context);
    const command = join(home, 'plugin');
    await writeFile(command, `#!/bin/sh\necho run >> "$0.ran"\necho noise >&2\necho '${CREDENTIAL}'\n`);
    await chmod(command, 0o755);
    await mkdir(join(home, '.kube'));
    const user = { exec: { apiVersion: V1, interactiveMode: 'IfAvailable', command } };
    await writeFile(join(home, '.kube', 'config'), kubeconfigFor(server, user));
    if (preferences !== undefined) await writeFile(join(home, '.kube', 'kuberc'), preferences);
    const world = testWorld({ home, env: { PATH: '/usr/bin:/bin' } });
    assert.equal(await run(['__complete', 'pod/'], world), 0);
    const ran = await readFile(`${command}.ran`, 'utf8').catch(() => '');
    assert.equal(ran, runs ? 'run\n' : '');
    assert.equal(world.output().includes('pod/web'), runs);
    assert.equal(world.errors(), '');
  });
}
