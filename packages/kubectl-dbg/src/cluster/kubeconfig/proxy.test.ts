import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor, proxyUrl } from './proxy.ts';

const PROXY = 'http://proxy:3128';

const rows: [server: string, noProxy: string, direct: boolean][] = [
  ['https://api.example.com', '', false],
  ['https://api.example.com', 'example.com', true],
  ['https://api.example.com', '.example.com', true],
  ['https://api.example.com', '*.example.com', true],
  ['https://example.com', '.example.com', false],
  ['https://example.com', 'example.com', true],
  ['https://notexample.com', 'example.com', false],
  ['https://api.example.com:6443', 'api.example.com:6443', true],
  ['https://api.example.com:6443', 'api.example.com:443', false],
  ['https://API.Example.com', 'api.EXAMPLE.com', true],
  ['https://10.1.2.3:6443', '10.0.0.0/8', true],
  ['https://11.1.2.3:6443', '10.0.0.0/8', false],
  ['https://10.1.2.3', '10.1.2.3', true],
  ['https://[fd00::1]:6443', 'fd00::/8', true],
  ['https://[fd00::1]:6443', '[fd00::1]:6443', true],
  ['https://10.1.2.3', '10.0.0.0/99', false],
  ['https://10.1.2.3', 'x/8', false],
  ['https://api.example.com', 'a, ,*', true],
  ['https://localhost:6443', '', true],
  ['https://127.0.0.1:6443', '', true],
  ['https://[::1]:6443', '', true],
];

for (const [server, noProxy, direct] of rows) {
  test(`${server} with NO_PROXY=${noProxy} goes ${direct ? 'directly' : 'through the proxy'}`, () => {
    const proxy = proxyFor(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY: noProxy });
    assert.equal(proxy?.host, direct ? undefined : 'proxy:3128');
  });
}

test('uses the lower-case variables if there are no upper-case ones', () => {
  const server = new URL('https://api.example.com');
  assert.equal(proxyFor(server, { https_proxy: PROXY })?.host, 'proxy:3128');
  assert.equal(proxyFor(server, { HTTP_PROXY: PROXY }), undefined);
  assert.equal(proxyFor(new URL('http://api.example.com'), { HTTP_PROXY: PROXY })?.host, 'proxy:3128');
});

test('an address without a scheme is http; others than http, https and socks5 are refused', () => {
  assert.equal(proxyUrl('proxy:3128', 'x').href, 'http://proxy:3128/');
  assert.throws(() => proxyUrl('ftp://proxy', 'proxy-url'), {
    kind: 'configuration',
    message: /proxy-url.*ftp/,
  });
  assert.throws(
    () => proxyUrl('http://u:hidden@[', 'proxy-url'),
    (error: Error) => !/hidden/.test(error.message),
  );
});
