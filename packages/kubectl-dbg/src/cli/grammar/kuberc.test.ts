import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DbgError } from '../../model/failure.ts';
import { applyDefaults, expandAlias, kubercFile } from './kuberc.ts';
import { readKuberc } from './read-kuberc.ts';
import { parse } from './parse.ts';
import { makeRequest } from './request.ts';

const FILE = `
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- command: debug
  options:
  - {name: profile, default: netadmin}
  - {name: attach, default: "false"}
  - {name: env, default: "A=1,B=2"}
- command: get
  options:
  - {name: output, default: wide}
aliases:
- name: tools
  command: debug
  prependArgs: [pod/web]
  appendArgs: ["--", sh]
  options:
  - {name: image, default: "debian:12"}
- name: getn
  command: get
credentialPluginPolicy: Allowlist
credentialPluginAllowlist:
- name: /usr/local/bin/login
- name: gke-auth
`;

test('a kuberc file contains defaults, aliases and the policy for credential plugins', async () => {
  assert.deepEqual(await readKuberc(FILE, 'kuberc'), {
    defaults: [
      { name: 'profile', value: 'netadmin' },
      { name: 'attach', value: 'false' },
      { name: 'env', value: 'A=1,B=2' },
    ],
    aliases: [
      {
        name: 'tools',
        options: [{ name: 'image', value: 'debian:12' }],
        prependArgs: ['pod/web'],
        appendArgs: ['--', 'sh'],
      },
    ],
    pluginPolicy: { policy: 'Allowlist', allowlist: ['/usr/local/bin/login', 'gke-auth'] },
  });
});

test('a default applies unless the flag is given', async () => {
  const preferences = await readKuberc(FILE, 'kuberc');
  const parsed = parse(['web', '--profile=general', '--env=C=3']);
  applyDefaults(parsed, preferences.defaults);
  assert.deepEqual(parsed.options, { profile: 'general', attach: false, env: [{ name: 'C', value: '3' }] });
  const bare = parse(['web']);
  applyDefaults(bare, preferences.defaults);
  assert.deepEqual(bare.options.env, [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ]);
});

test('a default that does not apply to the target is ignored; such a flag is refused', () => {
  const context = { kinds: ['Pod'] as const, defaultImage: 'b', interactive: false };
  const parsed = parse(['web']);
  applyDefaults(parsed, [
    { name: 'share-processes', value: 'false' },
    { name: 'replace', value: 'true' },
    { name: 'quiet', value: 'true' },
  ]);
  const { written } = makeRequest(parsed, context);
  assert.deepEqual([...written], ['quiet']);
  assert.throws(() => makeRequest(parse(['web', '--share-processes=false']), context), DbgError);
  const copy = parse(['web', '--copy-to=c', '--image=b']);
  applyDefaults(copy, [{ name: 'share-processes', value: 'false' }]);
  assert.equal(makeRequest(copy, context).copy?.shareProcesses, false);
});

test('an alias is replaced by its arguments, with its own defaults', async () => {
  const preferences = await readKuberc(FILE, 'kuberc');
  assert.deepEqual(expandAlias(['tools', '-q'], preferences), {
    argv: ['pod/web', '-q', '--', 'sh'],
    defaults: [{ name: 'image', value: 'debian:12' }],
  });
  assert.deepEqual(expandAlias(['web', 'tools'], preferences), {
    argv: ['web', 'tools'],
    defaults: preferences.defaults,
  });
});

test('an alias called dbg means the command itself', async () => {
  const text = `
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
aliases: [{name: dbg, command: debug, options: [{name: image, default: busybox}]}]
`;
  assert.deepEqual(expandAlias(['web'], await readKuberc(text, 'kuberc')), {
    argv: ['web'],
    defaults: [{ name: 'image', value: 'busybox' }],
  });
});

test('v1alpha1 calls defaults "overrides" and options "flags"; the first usable document is used', async () => {
  const text = `
kind: Other
---
apiVersion: kubectl.config.k8s.io/v1alpha1
kind: Preference
overrides: [{command: debug, flags: [{name: quiet, default: true}]}]
---
apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
`;
  assert.deepEqual((await readKuberc(text, 'kuberc')).defaults, [{ name: 'quiet', value: 'true' }]);
});

test('a default for an unknown option is ignored, and reported', () => {
  const parsed = parse(['web']);
  const unknown = applyDefaults(parsed, [
    { name: 'bogus', value: '1' },
    { name: 'profile', value: 'netadmin' },
  ]);
  assert.deepEqual(unknown, ['bogus']);
  assert.equal(parsed.options.profile, 'netadmin');
});

test('an empty file contains no preferences', async () => {
  assert.deepEqual(await readKuberc('', 'kuberc'), { defaults: [], aliases: [] });
});

for (const [name, text, message] of [
  [
    'an option without a name',
    'defaults: [{command: debug, options: [{default: 1}]}]',
    /defaults\[0\].options\[0\].name is missing/,
  ],
  [
    'an unknown policy',
    'credentialPluginPolicy: Maybe',
    /credentialPluginPolicy must be AllowAll, DenyAll or Allowlist/,
  ],
  ['an alias with a dash', 'aliases: [{name: a-b, command: debug}]', /letters only/],
] as const) {
  test(`readKuberc refuses ${name}`, async () => {
    const file = `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n${text}\n`;
    await assert.rejects(
      readKuberc(file, '/home/me/.kube/kuberc'),
      (error) => error instanceof DbgError && error.kind === 'configuration' && message.test(error.message),
    );
  });
}

test('readKuberc refuses a file that is not a kuberc', async () => {
  await assert.rejects(readKuberc('kind: Pod', 'f'), DbgError);
  await assert.rejects(readKuberc('{', 'f'), DbgError);
});

for (const [written, env, file] of [
  ['/k', { KUBERC: 'off' }, { path: '/k', required: true }],
  [undefined, {}, { path: '/home/me/.kube/kuberc', required: false }],
  [undefined, { KUBERC: '/e' }, { path: '/e', required: true }],
  [undefined, { KUBERC: 'off' }, undefined],
  [undefined, { KUBECTL_KUBERC: 'false', KUBERC: '/e' }, undefined],
] as const) {
  test(`kubercFile(${written ?? ''}, ${JSON.stringify(env)})`, () => {
    assert.deepEqual(kubercFile(written, env, '/home/me'), file);
  });
}
