import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { DbgError } from '../../model/failure.ts';
import { base64 } from '../../testing/api-server.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import type { ClusterOptions } from '../options.ts';
import type { ConnectionSettings } from './connection.ts';
import { inCluster } from './in-cluster.ts';
import { resolveConnection } from './resolve.ts';
import { told } from '../../testing/told.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

/** A kubeconfig in YAML with one context; more lines may follow each entry. */
function config(
  name: string,
  server: string,
  more: { cluster?: string; user?: string; context?: string } = {},
): string {
  return `apiVersion: v1
kind: Config
current-context: ${name}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}${more.context ?? ''}}
clusters:
- name: ${name}
  cluster:
    server: ${server}
${more.cluster ?? ''}
users:
- name: ${name}
  user:
    token: token-of-${name}
${more.user ?? ''}
`;
}

interface Case {
  files?: Record<string, string | Buffer>;
  env?: Record<string, string>;
  options?: ClusterOptions;
}

async function resolve(
  context: CleanUp,
  { files = {}, env = {}, options = {} }: Case,
): Promise<ConnectionSettings> {
  const home = await temporaryDirectory(context);
  for (const [name, content] of Object.entries(files)) {
    const file = join(home, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const inHome = (text: string) => text.replaceAll('~', home);
  return resolveConnection(
    Object.fromEntries(
      Object.entries(options).map(([key, value]) => [key, typeof value === 'string' ? inHome(value) : value]),
    ),
    {
      home,
      cwd: home,
      env: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, inHome(value)])),
      now: () => Date.UTC(2030, 0, 1),
    },
  );
}

const home = '.kube/config';

type Summary = [server: string, token: string | undefined, namespace: string];

const found: [name: string, input: Case, expected: Summary][] = [
  [
    '~/.kube/config',
    { files: { [home]: config('a', 'https://a') } },
    ['https://a/', 'token-of-a', 'default'],
  ],
  [
    'the namespace of the context',
    { files: { [home]: config('a', 'https://a', { context: ', namespace: shop' }) } },
    ['https://a/', 'token-of-a', 'shop'],
  ],
  [
    '--namespace rather than that of the context',
    {
      files: { [home]: config('a', 'https://a', { context: ', namespace: shop' }) },
      options: { namespace: 'x' },
    },
    ['https://a/', 'token-of-a', 'x'],
  ],
  [
    'KUBECONFIG before ~/.kube/config',
    {
      files: { [home]: config('a', 'https://a'), two: config('b', 'https://b') },
      env: { KUBECONFIG: '~/two' },
    },
    ['https://b/', 'token-of-b', 'default'],
  ],
  [
    '--kubeconfig rather than KUBECONFIG',
    {
      files: { one: config('a', 'https://a'), two: config('b', 'https://b') },
      env: { KUBECONFIG: '~/two' },
      options: { kubeconfig: 'one' },
    },
    ['https://a/', 'token-of-a', 'default'],
  ],
  [
    'several files: uses the first current context, skips missing and repeated files',
    {
      files: { one: config('a', 'https://a'), two: config('b', 'https://b') },
      env: { KUBECONFIG: '~/none:~/one:~/one::~/two' },
    },
    ['https://a/', 'token-of-a', 'default'],
  ],
  [
    'several files: entries of all of them',
    {
      files: { one: config('a', 'https://a'), two: config('b', 'https://b') },
      env: { KUBECONFIG: '~/one:~/two' },
      options: { context: 'b' },
    },
    ['https://b/', 'token-of-b', 'default'],
  ],
  [
    'several files: the first entry of a name, without merging fields',
    {
      files: {
        one: config('a', 'https://a'),
        two: config('a', 'https://other', { context: ', namespace: other' }),
      },
      env: { KUBECONFIG: '~/one:~/two' },
    },
    ['https://a/', 'token-of-a', 'default'],
  ],
  [
    '--cluster and --user rather than those of the context',
    {
      files: { one: config('a', 'https://a'), two: config('b', 'https://b') },
      env: { KUBECONFIG: '~/one:~/two' },
      options: { cluster: 'b', user: 'b' },
    },
    ['https://b/', 'token-of-b', 'default'],
  ],
  [
    '--server and --token alone',
    { options: { server: 'https://s:6443', token: 't' } },
    ['https://s:6443/', 't', 'default'],
  ],
  [
    'JSON with a byte order mark',
    {
      files: {
        [home]: `\ufeff${JSON.stringify({ 'current-context': 'a', contexts: [{ name: 'a', context: { cluster: 'a' } }], clusters: [{ name: 'a', cluster: { server: 'https://a' } }] })}`,
      },
    },
    ['https://a/', undefined, 'default'],
  ],
  [
    'an address without a scheme, which is http, where no credentials are sent',
    { files: { [home]: config('a', 'a:8080') } },
    ['http://a:8080/', undefined, 'default'],
  ],
  [
    'KUBERNETES_MASTER without any kubeconfig',
    { env: { KUBERNETES_MASTER: 'http://m:8080' } },
    ['http://m:8080/', undefined, 'default'],
  ],
  [
    'empty flags, treated as absent',
    {
      files: { [home]: config('a', 'https://a') },
      options: { server: '', token: '', context: '', namespace: '' },
    },
    ['https://a/', 'token-of-a', 'default'],
  ],
];

for (const [name, input, expected] of found) {
  test(`finds ${name}`, async (context) => {
    const { endpoint, user, namespace } = await resolve(context, input);
    assert.deepEqual([endpoint.url.href, user.token, namespace], expected);
  });
}

const wrong: [name: string, input: Case, message: RegExp, remedy?: RegExp][] = [
  [
    'no kubeconfig at all',
    {},
    /^no cluster is configured: there is no kubeconfig at .*\.kube\/config$/,
    /KUBECONFIG/,
  ],
  ['an empty file', { files: { [home]: '' } }, /no cluster is configured: .* is empty/],
  [
    'a missing --kubeconfig file',
    { options: { kubeconfig: 'none' } },
    /cannot read the kubeconfig .*none: no such file/,
  ],
  ['a directory', { options: { kubeconfig: '.' } }, /it is a directory/],
  [
    'no such context',
    { files: { [home]: config('a', 'https://a') }, options: { context: 'z' } },
    /no context "z"/,
    /"a"/,
  ],
  [
    'no such cluster',
    { files: { [home]: config('a', 'https://a') }, options: { cluster: 'z' } },
    /no cluster "z"/,
    /--cluster/,
  ],
  [
    'no such user',
    { files: { [home]: config('a', 'https://a') }, options: { user: 'z' } },
    /no user "z"/,
    /--user/,
  ],
  [
    'a context with an unknown cluster',
    { files: { [home]: 'current-context: a\ncontexts: [{name: a, context: {cluster: gone}}]' } },
    /config: the context names a cluster "gone", which is in no file/,
  ],
  [
    'no current context',
    { files: { [home]: config('a', 'https://a').replace('current-context: a', '') } },
    /has no current context/,
    /"a"/,
  ],
  ['a list at the top', { files: { [home]: '- a' } }, /its content must be a map, not a list/],
  ['another kind', { files: { [home]: 'kind: Pod' } }, /kind must be Config/],
  ['invalid YAML', { files: { [home]: 'a: [\nb' } }, /is not valid YAML \(line \d+, column \d+\)/],
  ['binary garbage', { files: { [home]: '\u0000\u0001{{{' } }, /is not valid YAML/],
  ['clusters that are not a list', { files: { [home]: 'clusters: {a: b}' } }, /clusters must be a list/],
  [
    'a server that is a number',
    { files: { [home]: config('a', '7') } },
    /cluster "a": server must be a string, not a number/,
  ],
  [
    'a server that is not a URL',
    { files: { [home]: config('a', 'https://:x') } },
    /server address of cluster "a" is not a URL/,
  ],
  [
    'a server with a password',
    { files: { [home]: config('a', 'https://u:hidden@a') } },
    /contains a user name or password/,
  ],
  ['another scheme', { files: { [home]: config('a', 'ftp://a') } }, /begins with ftp:\/\/, not https/],
  ['a cluster without a server', { files: { [home]: config('a', '""') } }, /cluster "a" has no server/],
  [
    'CA data that is not base64',
    { files: { [home]: config('a', 'https://a', { cluster: '    certificate-authority-data: "%%"' }) } },
    /cluster "a": certificate-authority-data is not base64/,
  ],
  [
    'CA data that is not PEM',
    {
      files: {
        [home]: config('a', 'https://a', { cluster: `    certificate-authority-data: ${base64('x')}` }),
      },
    },
    /certificate-authority-data of cluster "a" is not in PEM form/,
  ],
  [
    'a missing CA file',
    { files: { [home]: config('a', 'https://a', { cluster: '    certificate-authority: ca.crt' }) } },
    /cannot read the certificate authority .*\.kube\/ca\.crt: no such file/,
  ],
  [
    'a CA together with insecure-skip-tls-verify',
    {
      files: {
        [home]: config('a', 'https://a', {
          cluster: `    insecure-skip-tls-verify: true\n    certificate-authority-data: ${base64(PEM)}`,
        }),
      },
    },
    /both a certificate authority and insecure-skip-tls-verify/,
  ],
  [
    'a certificate without its key',
    { files: { [home]: config('a', 'https://a', { user: `    client-certificate-data: ${base64(PEM)}` }) } },
    /user "a" has a client certificate but no client key/,
  ],
  [
    'an auth-provider',
    {
      files: {
        [home]: config('a', 'https://a', { user: '    auth-provider: {name: gcp}' }).replace(
          'token: token-of-a',
          '',
        ),
      },
    },
    /auth-provider "gcp", which is not supported any longer/,
    /gke-gcloud-auth-plugin/,
  ],
  ...(
    [
      [
        'azure',
        '{name: azure}',
        /"azure", which is not supported any longer/,
        /kubelogin convert-kubeconfig/,
      ],
      ['another', '{name: x}', /"x", which is not supported$/, /exec/],
      [
        'oidc, without a token',
        '{name: oidc, config: {refresh-token: hidden}}',
        /has no id-token/,
        /kubelogin/,
      ],
      [
        'oidc, with an expired token',
        `{name: oidc, config: {id-token: e30.${base64('{"exp":1000}')}.hidden}}`,
        /its id-token has expired: now \S+ is after 1970-01-01T00:16:40Z/,
        /kubelogin/,
      ],
    ] as const
  ).map(([name, provider, message, remedy]): (typeof wrong)[number] => [
    `an auth-provider: ${name}`,
    {
      files: {
        [home]: config('a', 'https://a', { user: `    auth-provider: ${provider}` }).replace(
          'token: token-of-a',
          '',
        ),
      },
    },
    message,
    remedy,
  ]),
  ...(['clusters', 'contexts', 'users'] as const).map((list): (typeof wrong)[number] => [
    `two ${list} of one name`,
    {
      files: {
        [home]: `${list}: [{name: b}, {name: a}, {name: a}]\n${config('a', 'https://a').replace(`${list}:`, 'x:')}`,
      },
    },
    new RegExp(`config: ${list} has two entries "a"`),
    /Rename or remove/,
  ]),
  [
    'a file in Latin-1',
    { files: { [home]: Buffer.from(`# caf\xe9\n${config('a', 'https://a')}`, 'latin1') } },
    /is not valid UTF-8 \(line 1, column 6\)/,
    /UTF-8/,
  ],
  [
    'an exec entry without a command',
    {
      files: {
        [home]: config('a', 'https://a', { user: '    exec: {apiVersion: client.authentication.k8s.io/v1}' }),
      },
    },
    /user "a": exec: command is missing/,
  ],
  [
    'an exec entry of an unknown version',
    { files: { [home]: config('a', 'https://a', { user: '    exec: {apiVersion: v1, command: x}' }) } },
    /exec: apiVersion must be client/,
  ],
  [
    'an exec entry without interactiveMode',
    {
      files: {
        [home]: config('a', 'https://a', {
          user: '    exec: {apiVersion: client.authentication.k8s.io/v1, command: x}',
        }),
      },
    },
    /interactiveMode is missing/,
  ],
  [
    'an exec argument that is a number',
    { files: { [home]: config('a', 'https://a', { user: '    exec: {command: x, args: [1]}' }) } },
    /user "a": exec\.args\[0\] must be a string, not a number/,
  ],
  [
    'groups without a user',
    { files: { [home]: config('a', 'https://a') }, options: { asGroups: ['g'] } },
    /but no user/,
    /--as/,
  ],
  [
    '--token together with --username',
    { files: { [home]: config('a', 'https://a') }, options: { token: 't', username: 'u' } },
    /exclude each other/,
  ],
  [
    'escapes in names',
    { files: { [home]: config('a', 'https://a') }, options: { context: '\u001b[2J' } },
    /"\\x1b\[2J"/,
  ],
];

for (const [name, input, message, remedy] of wrong) {
  test(`refuses ${name}`, async (context) => {
    await assert.rejects(resolve(context, input), (error: DbgError) => {
      assert.equal(error.kind, 'configuration');
      assert.match(told(error).message, message);
      assert.doesNotMatch(error.message, /\n|hidden|token-of/);
      if (remedy !== undefined) assert.match(told(error).remedy ?? '', remedy);
      return true;
    });
  });
}

test('does not quote a secret from invalid YAML', async (context) => {
  for (const content of ['token: *hidden', 'token: "hidden\n', 'a: !hidden x', 'a: hidden: b']) {
    await assert.rejects(resolve(context, { files: { [home]: content } }), (error: DbgError) => {
      assert.doesNotMatch(`${error.message} ${told(error).remedy} ${String(error.cause)}`, /hidden/);
      return true;
    });
  }
});

test('relative paths are relative to their file', async (context) => {
  const { endpoint, user } = await resolve(context, {
    files: {
      'far/config': config('a', 'https://a', {
        cluster: '    certificate-authority: pki/ca.crt',
        user: '    tokenFile: ./token\n    client-certificate: pki/me.crt\n    client-key: pki/me.key',
      }),
      'far/pki/ca.crt': PEM,
      'far/pki/me.crt': PEM,
      'far/pki/me.key': KEY,
    },
    env: { KUBECONFIG: '~/far/config' },
  });
  assert.equal(endpoint.tls.ca, PEM);
  assert.deepEqual(user.clientCertificate, { cert: PEM, key: KEY });
  assert.match(user.tokenFile ?? '', /far\/token$/);
});

for (const order of ['little', 'big'] as const) {
  test(`reads a kubeconfig in ${order}-endian UTF-16, as written by PowerShell`, async (context) => {
    const bytes = Buffer.from(`\ufeff${config('a', 'https://a')}`, 'utf16le');
    const files = { [home]: order === 'big' ? bytes.swap16() : bytes };
    assert.equal((await resolve(context, { files })).user.token, 'token-of-a');
  });
}

for (const [flag, options] of [
  ['--token', { token: 't' }],
  ['--username', { username: 'u', password: 'p' }],
] as const) {
  test(`${flag} takes precedence over the client certificate of the user entry`, async (context) => {
    const more = {
      user: `    client-certificate-data: ${base64(PEM)}\n    client-key-data: ${base64(KEY)}`,
    };
    const files = { [home]: config('a', 'https://a', more), 'me.crt': PEM, 'me.key': KEY };
    const { user } = await resolve(context, { files, options });
    assert.equal(user.clientCertificate, undefined);
    assert.equal(user.source, `option ${flag.slice(2)}`);
    const byFlags = { ...options, clientCertificate: 'me.crt', clientKey: 'me.key' };
    const both = await resolve(context, { files, options: byFlags });
    assert.deepEqual(both.user.clientCertificate, { cert: PEM, key: KEY });
    assert.match((await resolve(context, { files })).user.source, /^user "a" of .*\/\.kube\/config$/);
  });
}

test('flags override the TLS settings of the file', async (context) => {
  const files = {
    [home]: config('a', 'https://a', {
      cluster: `    certificate-authority-data: ${base64(PEM)}\n    tls-server-name: inside`,
    }),
    'other.crt': `${PEM}other`,
  };
  const tls = async (options: ClusterOptions) => (await resolve(context, { files, options })).endpoint.tls;
  assert.deepEqual(await tls({ insecureSkipTlsVerify: true }), {
    ca: undefined,
    caSource: '',
    insecure: true,
    serverName: 'inside',
    systemFile: undefined,
  });
  assert.equal((await tls({ certificateAuthority: 'other.crt' })).ca, `${PEM}other`);
  assert.equal((await tls({ server: 'https://b' })).serverName, undefined);
  assert.equal((await tls({ server: 'https://b', tlsServerName: 'x' })).serverName, 'x');
});

test('uses the service account in a pod', async (context) => {
  const directory = await temporaryDirectory(context);
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  assert.equal(inCluster({}, { env, cwd: '/' }, directory), undefined, 'no token: not in a pod');
  await writeFile(join(directory, 'token'), 'secret');
  await writeFile(join(directory, 'ca.crt'), PEM);
  await writeFile(join(directory, 'namespace'), 'inside\n');
  const settings = inCluster({}, { env, cwd: '/' }, directory);
  assert.equal(settings?.endpoint.url.href, 'https://[fd00::1]/');
  assert.equal(settings?.endpoint.tls.ca, PEM);
  assert.equal(settings?.namespace, 'inside');
  assert.equal(settings?.user.tokenFile, join(directory, 'token'));
  const named = inCluster({}, { env: { ...env, POD_NAMESPACE: 'mine' }, cwd: '/' }, directory);
  assert.equal(named?.namespace, 'mine');
  assert.equal(inCluster({}, { env: {}, cwd: '/' }, directory), undefined);
});
