// Passwords, tokens and signatures are never shown, wherever they come from: not in errors, JSON documents or traces.
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { kubeconfigFor, startApiServer } from '../packages/kubectl-dbg/src/testing/api-server.ts';
import { temporaryDirectory } from '../packages/kubectl-dbg/src/testing/temporary-directory.ts';
import { runDbg } from './command.ts';

const SECRET = 's3cr3t-pa55';
/** The same in Base64, as in an Authorization header. */
const ENCODED = Buffer.from(`user:${SECRET}`).toString('base64');
const withPassword = (address: string) => address.replace('://', `://user:${SECRET}@`);

interface Scene {
  url: string;
  readonly config: (cluster: object, user?: object) => Promise<string>;
  readonly plugin: (script: string) => Promise<object>;
}

type Case = (scene: Scene) => Promise<readonly string[]> | readonly string[];

const CASES: readonly [where: string, args: Case][] = [
  ['--server', ({ url }) => ['--server', withPassword(url), 'web']],
  ['--server that is none', () => ['--server', `https://user:${SECRET}@a b:99999/`, 'web']],
  [
    'the server of a kubeconfig',
    async ({ url, config }) => ['--kubeconfig', await config({ server: withPassword(url) }), 'web'],
  ],
  [
    'a server that is none',
    async ({ config }) => ['--kubeconfig', await config({ server: `ftp://user:${SECRET}@x` }), 'web'],
  ],
  [
    'a server with a query',
    async ({ url, config }) => ['--kubeconfig', await config({ server: `${url}/?token=${SECRET}` }), 'web'],
  ],
  [
    'proxy-url',
    async ({ config }) => [
      '--kubeconfig',
      await config({ 'proxy-url': withPassword('http://127.0.0.1:9') }),
      'web',
    ],
  ],
  [
    'proxy-url of SOCKS',
    async ({ config }) => [
      '--kubeconfig',
      await config({ 'proxy-url': withPassword('socks5://127.0.0.1:9') }),
      'web',
    ],
  ],
  [
    'proxy-url that is none',
    async ({ config }) => ['--kubeconfig', await config({ 'proxy-url': `gopher://user:${SECRET}@x` }), 'web'],
  ],
  [
    'proxy-url that cannot be parsed',
    async ({ config }) => ['--kubeconfig', await config({ 'proxy-url': `http://user:${SECRET}@a b` }), 'web'],
  ],
  ['-f URL', ({ url }) => ['--server', url, '-f', withPassword(`${url}/pod.yaml`)]],
  [
    '-f URL with a signature',
    ({ url }) => ['--server', url, '-f', `http://127.0.0.1:9/pod.yaml?sig=${SECRET}`],
  ],
  ['-f URL that is none', ({ url }) => ['--server', url, '-f', `http://user:${SECRET}@a b/`]],
  ['a token', async ({ config }) => ['--kubeconfig', await config({}, { token: SECRET }), 'web']],
  [
    'a token with a line end',
    async ({ config }) => ['--kubeconfig', await config({}, { token: `${SECRET}\n\u001b` }), 'web'],
  ],
  [
    'user name and password',
    async ({ config }) => ['--kubeconfig', await config({}, { username: 'user', password: SECRET }), 'web'],
  ],
  ['--token', ({ url }) => ['--server', url, '--token', SECRET, '--insecure-skip-tls-verify', 'web']],
  [
    'a key that is none',
    async ({ config }) => [
      '--kubeconfig',
      await config(
        {},
        { 'client-certificate-data': 'QQ==', 'client-key-data': Buffer.from(SECRET).toString('base64') },
      ),
      'web',
    ],
  ],
  [
    'a plugin whose answer is none',
    async ({ config, plugin }) => [
      '--kubeconfig',
      await config({}, await plugin(`echo '{"token":"${SECRET}'`)),
      'web',
    ],
  ],
  [
    'a plugin whose token is none',
    async ({ config, plugin }) => [
      '--kubeconfig',
      await config(
        {},
        await plugin(
          `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${SECRET}\\n"}}'`,
        ),
      ),
      'web',
    ],
  ],
  [
    'a plugin that gives a token',
    async ({ config, plugin }) => [
      '--kubeconfig',
      await config(
        {},
        await plugin(
          `echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"${SECRET}"}}'`,
        ),
      ),
      'web',
    ],
  ],
  [
    'arguments and environment of a plugin that fails',
    async ({ config }) => [
      '--kubeconfig',
      await config(
        {},
        {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            interactiveMode: 'Never',
            command: 'false',
            args: [`--password=${SECRET}`],
            env: [{ name: 'PASSWORD', value: SECRET }],
          },
        },
      ),
      'web',
    ],
  ],
  [
    'YAML that is none',
    async ({ config }) => [`--kubeconfig=${await config({}, { token: SECRET })}.yaml`, 'web'],
  ],
];

describe(
  'what is secret is not shown',
  { skip: process.platform === 'win32' && 'plugins are scripts' },
  () => {
    for (const [where, args] of CASES) {
      test(where, async (context) => {
        const line = await args(await makeScene(context));
        for (const more of [[], ['-v=6'], ['-v=8'], ['-v=9', '-o', 'json']]) {
          const { stdout, stderr, code } = await runDbg([...line, ...more], {
            env: { PATH: process.env.PATH, HOME: '/nonexistent' },
          });
          assert.notEqual(code, 0);
          assert.notEqual(code, 70, stderr);
          assert.notEqual(stderr, '');
          for (const text of [stdout, stderr]) {
            for (const secret of [SECRET, ENCODED, encodeURIComponent(SECRET)])
              assert.ok(!text.includes(secret), `${more.join(' ')}: ${text}`);
          }
        }
      });
    }
  },
);

/** A server that redirects all requests to a URL with a password. */
async function makeScene(context: TestContext): Promise<Scene> {
  const server = await startApiServer(context, {
    answer(request, response) {
      request.resume();
      response.writeHead(302, { location: `https://user:${SECRET}@127.0.0.1:9/login?token=${SECRET}` });
      response.end();
    },
  });
  const directory = await temporaryDirectory(context);
  return {
    url: server.url,
    config: async (cluster, user = {}) => {
      const path = join(directory, 'config');
      await writeFile(
        path,
        kubeconfigFor(server, user as Record<string, unknown>, cluster as Record<string, unknown>),
      );
      await writeFile(
        `${path}.yaml`,
        `users:\n- name: a\n  user: {token: "${SECRET}"\n  password: '${SECRET}\n`,
      );
      return path;
    },
    plugin: async (script) => {
      const command = join(directory, 'plugin');
      await writeFile(command, `#!/bin/sh\n${script}\n`);
      await chmod(command, 0o700);
      return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } };
    },
  };
}
