import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatReference, parseReference } from './reference.ts';

const HEX = '0123456789abcdef'.repeat(4);

for (const [text, full] of [
  ['busybox', 'docker.io/library/busybox:latest'],
  ['busybox:1.38', 'docker.io/library/busybox:1.38'],
  ['user/app', 'docker.io/user/app:latest'],
  ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['host:5000/a/b:t', 'host:5000/a/b:t'],
  ['Foo/bar', 'Foo/bar:latest'],
  ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest'],
  [`busybox@sha256:${HEX}`, `docker.io/library/busybox@sha256:${HEX}`],
  [`busybox:1@sha256:${HEX}`, `docker.io/library/busybox:1@sha256:${HEX}`],
] as const) {
  test(`${text} is ${full}`, () => {
    assert.equal(formatReference(parseReference(text)), full);
  });
}

for (const text of [
  '',
  ' x',
  'x ',
  'a b',
  'a/',
  '/a',
  'a//b',
  'a:',
  'a:b:c',
  'a@b',
  `a@sha256:${HEX}@x`,
  '-a',
  'a_',
  'h.x:/a',
]) {
  test(`${JSON.stringify(text)} is not a reference`, () => {
    assert.throws(() => parseReference(text), { name: 'ImageError', reason: 'InvalidImageName' });
  });
}

test('refuses upper case with the message of the kubelet', () => {
  assert.throws(() => parseReference('Not//An::Image'), {
    message:
      'Failed to apply default image tag "Not//An::Image": couldn\'t parse image name "Not//An::Image": invalid reference format: repository name (/An) must be lowercase',
  });
});
