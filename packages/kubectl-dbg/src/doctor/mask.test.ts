import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskObject, maskSecrets } from './mask.ts';

const HIDDEN: readonly string[] = [
  'password=hunter22',
  'DB_PASSWORD: hunter22',
  '{"apiKey":"hunter22"}',
  "token = 'hunter22'",
  'Authorization: Bearer hunter22hunter22',
  'authorization: Basic hunter22',
  'connecting to postgres://bob:hunter22@db:5432/shop',
  'cookie=hunter22; path=/',
  '--password=hunter22',
  '--x-password-file-a="hunter22"',
  'authorization: "  hunter22"',
  'at 1.postgres://bob:hunter22@db and _amqp://bob:hunter22@mq',
  'msg="password=hunter22"',
  'password: not-hunter22',
  'passwd: hunter22 is not a word',
  '-----BEGIN RSA PRIVATE KEY-----\nhunter22\n-----END RSA PRIVATE KEY-----',
];

const QUICK_MS = 500;

test('masks repetitive text in linear time', () => {
  for (const piece of [
    'a-',
    'token-',
    'a.',
    'eyJ-',
    'eyJaaaaa-',
    '-----BEGIN A ',
    'x://a',
    'bearer ',
    'password" ',
  ]) {
    for (const text of [piece.repeat(30_000), `authorization:${' '.repeat(200_000)}${piece}`]) {
      const { user, system } = process.cpuUsage();
      maskSecrets(text);
      maskObject([text, `--${text}!`, 'x']);
      const spent = process.cpuUsage({ user, system });
      const ms = (spent.user + spent.system) / 1000;
      assert.ok(ms < QUICK_MS, `${ms} ms for ${JSON.stringify(piece)}`);
    }
  }
});

test('masks secrets in lines', () => {
  for (const line of HIDDEN) assert.doesNotMatch(maskSecrets(line), /hunter22/, line);
  assert.doesNotMatch(maskSecrets('got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl'), /eyJ/);
  assert.equal(maskSecrets('x-eyJ-eyJhbGciOi.eyJzdWIiOi.sig, y'), 'x-***, y');
  assert.doesNotMatch(maskSecrets('key AKIAIOSFODNN7EXAMPLE'), /AKIA/);
});

test('keeps everything that is not a secret', () => {
  for (const line of [
    'dial tcp 10.1.2.3:5432: connect: connection refused',
    'https://example.com/path',
    'secret "keys" not found',
    'mkdir /etc/passwd: not a directory',
    'failed to fetch oauth token: unexpected status: 401 Unauthorized',
    'failed to fetch anonymous token: Get "https://auth.example.com/token": dial tcp: i/o timeout',
    'unable to retrieve auth token: invalid username/password: unauthorized: authentication required',
    'open /run/secrets/token: no such file or directory',
    'image registry.example.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  ]) {
    assert.equal(maskSecrets(line), line);
  }
});

test('masks values of variables and data, keeps names and sources', () => {
  const object = {
    metadata: {
      managedFields: [1],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter22', a: 'b' },
    },
    spec: {
      containers: [
        {
          env: [
            { name: 'K', value: 'hunter22' },
            { name: 'L', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
          ],
          args: ['--token', 'hunter22'],
        },
      ],
    },
    data: { a: 'hunter22' },
  };
  const masked = JSON.stringify(maskObject(object));
  assert.doesNotMatch(masked, /hunter22|managedFields/);
  assert.match(masked, /"name":"K"/);
  assert.match(masked, /"secretKeyRef":\{"name":"s","key":"k"\}/);
});
