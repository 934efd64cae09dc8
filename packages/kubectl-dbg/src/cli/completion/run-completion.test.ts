import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { kubeconfigFor, startApiServer } from '../../testing/api-server.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import { testWorld } from '../../testing/test-world.ts';
import { COMPLETE, run } from '../run.ts';

/** Completes a pod's name with this kuberc and a kubeconfig whose credential plugin records that it ran. */
async function completeWith(
  t: TestContext,
  kuberc: string,
): Promise<{ ran: boolean; errors: string; output: string }> {
  const directory = await temporaryDirectory(t);
  const mark = join(directory, 'ran');
  const plugin = join(directory, 'plugin');
  await writeFile(plugin, `#!/bin/sh\necho secret words >&2\ntouch '${mark}'\nexit 1\n`);
  await chmod(plugin, 0o755);
  const server = await startApiServer(t, { answer: (_, response) => response.writeHead(500).end() });
  const user = {
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' },
  };
  await writeFile(join(directory, 'config'), kubeconfigFor(server, user));
  await writeFile(join(directory, 'kuberc'), kuberc);
  const world = testWorld({
    env: {
      KUBECONFIG: join(directory, 'config'),
      KUBERC: join(directory, 'kuberc'),
      PATH: process.env['PATH'],
    },
  });
  assert.equal(await run([COMPLETE, 'pod/'], world), 0);
  return { ran: existsSync(mark), errors: world.errors(), output: world.output() };
}

const rc = (policy: string) =>
  `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: ${policy}\n`;

for (const [kuberc, runs] of [
  [rc('AllowAll'), true],
  [rc('DenyAll'), false],
  [rc('Nonsense'), false],
] as const) {
  test(`completion ${runs ? 'runs' : 'does not run'} a plugin with ${kuberc.split('\n')[2]}`, async (t) => {
    const { ran, errors, output } = await completeWith(t, kuberc);
    assert.equal(ran, runs);
    assert.equal(errors, '', 'not a word on the command line that is being written');
    assert.equal(output, ':4\n');
  });
}
