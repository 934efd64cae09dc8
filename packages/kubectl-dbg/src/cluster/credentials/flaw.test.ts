import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testCertificates } from '../../testing/api-server.ts';
import { nowIs } from '../../base/times.ts';
import { flawOf } from './flaw.ts';
import { tokenExpiry } from './token-expiry.ts';

const NOW = Date.UTC(2030, 0, 1);
const DAY = 86_400_000;

const jwt = (claims: unknown) =>
  `e30.${Buffer.from(JSON.stringify(claims) ?? '', 'utf8').toString('base64url')}.c2ln`;

const rows: [name: string, token: string, expiry: number | undefined][] = [
  ['a time', jwt({ exp: 1000 }), 1_000_000],
  ['a fraction', jwt({ exp: 1.5 }), 1500],
  ['no time', jwt({}), undefined],
  ['a text', jwt({ exp: '1000' }), undefined],
  ['a time beyond the range of Date', jwt({ exp: 1e300 }), 8.64e15],
  ['null', jwt(null), undefined],
  ['another token', 'abc', undefined],
  ['three parts that are not JSON', 'a.b.c', undefined],
];
for (const [name, token, expiry] of rows) {
  test(`reads exp of a token: ${name}`, () => assert.equal(tokenExpiry(token), expiry));
}

test('an expired token is a flaw, a valid one is not', () => {
  const flaw = (exp: number) =>
    flawOf({ authorization: `Bearer ${jwt({ exp })}`, clientCertificate: undefined }, NOW);
  assert.equal(flaw(NOW / 1000 - 60), `the token has expired: ${nowIs('after', NOW, NOW - 60_000)}`);
  assert.equal(flaw(NOW / 1000 + 60), undefined);
});

test('a client certificate outside its validity period is a flaw', () => {
  const { client } = testCertificates();
  const clientCertificate = { cert: client.certificate, key: client.key };
  const flaw = (now: number) => flawOf({ authorization: undefined, clientCertificate }, now);
  assert.equal(flaw(Date.now()), undefined);
  assert.match(
    flaw(Date.now() + 40_000 * DAY) ?? '',
    /^the client certificate has expired: now .* is after /,
  );
  assert.match(flaw(0) ?? '', /^the client certificate is not valid yet: now .* is before /);
  assert.equal(
    flawOf({ authorization: undefined, clientCertificate: { cert: 'x', key: 'y' } }, 0),
    undefined,
  );
});
