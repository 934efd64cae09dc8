import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer, connect as netConnect } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { test } from 'node:test';
import { issueCertificate } from '../../../../sandbox/src/auth/certificates/certificate.ts';
import type { DbgError } from '../../model/failure.ts';
import { base64, kubeconfigFor, startApiServer, testCertificates } from '../../testing/api-server.ts';
import type { AnyRequest, AnyResponse, ApiServer } from '../../testing/api-server.ts';
import { temporaryDirectory } from '../../testing/temporary-directory.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import { testWorld } from '../../testing/test-world.ts';
import type { ClusterOptions } from '../index.ts';
import { told } from '../../testing/told.ts';

const answer = (_: AnyRequest, response: AnyResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
};

async function ask(
  context: CleanUp,
  server: ApiServer,
  cluster: Record<string, unknown> = {},
  options: ClusterOptions = {},
  env: Record<string, string> = {},
  user?: Record<string, unknown>,
): Promise<unknown> {
  const client = await openTestCluster(
    context,
    server,
    options,
    testWorld({ env }),
    kubeconfigFor(server, user, cluster),
  );
  return client.request({ method: 'GET', path: '/version' });
}

async function listen(context: CleanUp, onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function fails(words: RegExp, remedy?: RegExp): (error: DbgError) => boolean {
  return (error) => {
    assert.equal(error.name, 'DbgError');
    assert.equal(error.kind, 'unreachable');
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /\n/);
    if (remedy !== undefined) assert.match(told(error).remedy ?? '', remedy);
    return true;
  };
}

test('no server is listening', async (context) => {
  const server = await startApiServer(context);
  await server.close();
  await assert.rejects(
    ask(context, server),
    fails(/^cannot reach the server https:\/\/127\.0\.0\.1:\d+: connection refused$/, /running/),
  );
});

test('the name does not exist', async (context) => {
  const server = await startApiServer(context);
  const asked = ask(context, server, {}, { server: 'https://nosuch.invalid:6443' });
  await assert.rejects(
    asked,
    fails(/nosuch\.invalid:6443: (no such host|the host name could not be looked up)/),
  );
});

test('the handshake gets no response', async (context) => {
  const port = await listen(context, () => undefined);
  const server = await startApiServer(context);
  const asked = ask(
    context,
    { ...server, url: `https://127.0.0.1:${port}` },
    {},
    { tuning: { connectTimeout: 100 } },
  );
  await assert.rejects(asked, fails(/no connection \(timed out\)/));
});

test('the server does not use TLS', async (context) => {
  const plain = await startApiServer(context, { protocol: 'plain', answer });
  const asked = ask(context, { ...plain, url: plain.url.replace('http:', 'https:') });
  await assert.rejects(asked, fails(/it does not speak TLS/, /http:\/\//));
});

test("its certificate is not signed by the kubeconfig's certificate authority", async (context) => {
  const server = await startApiServer(context, { answer });
  const other = issueCertificate({ subject: { commonName: 'another' }, use: 'ca' });
  const asked = ask(context, server, { 'certificate-authority-data': base64(other.certificate) });
  await assert.rejects(
    asked,
    fails(
      /not trusted by certificate-authority-data of cluster "test" \(for kube-apiserver, issued by kube-sandbox-ca, which they/,
      /authority/,
    ),
  );
});

test("its certificate is not from the system's authorities", async (context) => {
  const server = await startApiServer(context, { answer });
  const asked = ask(context, server, { 'certificate-authority-data': '' });
  await assert.rejects(asked, fails(/not trusted by the system's authorities/));
});

test("SSL_CERT_FILE replaces the system's certificate authorities", async (context) => {
  const server = await startApiServer(context, { answer });
  const file = join(await temporaryDirectory(context), 'authorities.pem');
  await writeFile(file, server.authority.certificate);
  const none = { 'certificate-authority-data': '' };
  assert.deepEqual(await ask(context, server, none, {}, { SSL_CERT_FILE: file }), {});
  const other = { SSL_CERT_FILE: join(await temporaryDirectory(context), 'absent.pem') };
  await assert.rejects(ask(context, server, none, {}, other), fails(/not trusted/));
});

test('its certificate is for another name, unless tls-server-name is set', async (context) => {
  const { authority } = testCertificates();
  const certificate = authority.issueServer(['api.example.com'], []);
  const server = await startApiServer(context, { answer, certificate });
  await assert.rejects(
    ask(context, server),
    fails(/its certificate is valid for api\.example\.com, not 127\.0\.0\.1$/, /--tls-server-name/),
  );
  assert.deepEqual(await ask(context, server, { 'tls-server-name': 'api.example.com' }), {});
  assert.deepEqual(await ask(context, server, {}, { tlsServerName: 'api.example.com' }), {});
});

test('insecure-skip-tls-verify skips certificate checks', async (context) => {
  const { authority } = testCertificates();
  const certificate = authority.issueServer(['api.example.com'], []);
  const server = await startApiServer(context, { answer, certificate });
  assert.deepEqual(await ask(context, server, {}, { insecureSkipTlsVerify: true }), {});
});

test('sends the server name (SNI) of an https address', async (context) => {
  const server = await startApiServer(context, { answer });
  assert.deepEqual(await ask(context, { ...server, url: `https://localhost:${server.port}` }), {});
});

test('prepends the base path to every path', async (context) => {
  const server = await startApiServer(context, { answer });
  await ask(context, { ...server, url: `${server.url}/k8s/clusters/c-1/` });
  assert.equal(server.requests[0]?.url, '/k8s/clusters/c-1/version');
});

/** An HTTP proxy that records its requests. */
async function httpProxy(context: CleanUp, heads: string[], reply = '200 OK'): Promise<number> {
  return listen(context, (socket) => {
    socket.once('data', (head: Buffer) => {
      heads.push(head.toString('latin1'));
      if (!reply.startsWith('200')) {
        socket.end(`HTTP/1.1 ${reply}\r\n\r\n`);
        return;
      }
      const [, host, port] = /^CONNECT (.+):(\d+) /.exec(head.toString('latin1')) ?? [];
      const upstream = netConnect(Number(port), host === 'api.example.com' ? '127.0.0.1' : host, () => {
        // In two chunks, as headers may arrive.
        socket.write('HTTP/1.1 200 Connection');
        setImmediate(() => {
          socket.write(' established\r\nX: y\r\n\r\n');
          socket.pipe(upstream).pipe(socket);
        });
      });
      upstream.on('error', () => socket.destroy());
    });
  });
}

test('uses the proxy of the cluster entry, with its user and password', async (context) => {
  const heads: string[] = [];
  const port = await httpProxy(context, heads);
  const server = await startApiServer(context, { answer });
  const proxy = { 'proxy-url': `http://me:p%40ss@127.0.0.1:${port}` };
  assert.deepEqual(await ask(context, server, proxy), {});
  assert.match(heads[0] ?? '', new RegExp(`^CONNECT 127\\.0\\.0\\.1:${server.port} HTTP/1\\.1\r\n`));
  assert.match(heads[0] ?? '', new RegExp(`Proxy-Authorization: Basic ${base64('me:p@ss')}\r\n`));
});

test('uses HTTPS_PROXY, unless NO_PROXY names the server', async (context) => {
  const heads: string[] = [];
  const port = await httpProxy(context, heads);
  const { authority } = testCertificates();
  const certificate = authority.issueServer(['api.example.com'], []);
  const server = await startApiServer(context, { answer, certificate });
  const named = { ...server, url: `https://api.example.com:${server.port}` };
  const env = { HTTPS_PROXY: `127.0.0.1:${port}` };
  assert.deepEqual(await ask(context, named, {}, {}, env), {});
  assert.equal(heads.length, 1);
  const direct = ask(
    context,
    named,
    {},
    { tuning: { connectTimeout: 2000 } },
    { ...env, NO_PROXY: '.example.com' },
  );
  await assert.rejects(direct, (error: DbgError) => error.kind === 'unreachable');
  assert.equal(heads.length, 1);
});

test('names a proxy that refuses, without its password', async (context) => {
  const port = await httpProxy(context, [], '407 Proxy Authentication Required');
  const server = await startApiServer(context, { answer });
  const asked = ask(context, server, { 'proxy-url': `http://me:hidden@127.0.0.1:${port}` });
  await assert.rejects(asked, (error: DbgError) => {
    assert.match(
      error.message,
      /^the proxy http:\/\/127\.0\.0\.1:\d+ did not connect to the server https:.*CONNECT with HTTP status 407/,
    );
    assert.match(told(error).remedy ?? '', /user name and password into proxy-url of cluster "test"/);
    assert.doesNotMatch(error.message + told(error).remedy, /hidden/);
    return true;
  });
});

for (const user of ['', 'me:secret@']) {
  test(`uses a SOCKS5 proxy ${user === '' ? 'without' : 'with'} a password`, async (context) => {
    const seen: Buffer[] = [];
    const server = await startApiServer(context, { answer });
    const port = await listen(context, (socket) => {
      const replies = [
        Uint8Array.of(5, user === '' ? 0 : 2),
        ...(user === '' ? [] : [Uint8Array.of(1, 0)]),
        Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0),
      ];
      const onData = (data: Buffer) => {
        seen.push(data);
        const reply = replies.shift();
        if (reply !== undefined) socket.write(reply);
        if (replies.length > 0) return;
        socket.removeListener('data', onData);
        const upstream = netConnect(server.port, '127.0.0.1');
        upstream.on('error', () => socket.destroy());
        socket.pipe(upstream).pipe(socket);
      };
      socket.on('data', onData);
    });
    assert.deepEqual(await ask(context, server, { 'proxy-url': `socks5://${user}127.0.0.1:${port}` }), {});
    assert.deepEqual([...(seen.at(-1) ?? [])].slice(0, 8), [5, 1, 0, 1, 127, 0, 0, 1]);
    if (user !== '') assert.equal(seen[1]?.toString('latin1'), '\u0001\u0002me\u0006secret');
  });
}

test('detects a dead peer by its silence, and retries a GET', async (context) => {
  const server = await startApiServer(context, {
    answer: (request, response) => {
      if (server.connections > 1) answer(request, response);
    },
  });
  // A relay that drops all data after the first response, without a reset or an end.
  let relays = 0;
  const port = await listen(context, (socket) => {
    relays += 1;
    const first = relays === 1;
    const upstream = netConnect(server.port, '127.0.0.1');
    upstream.on('error', () => undefined);
    socket.pipe(upstream);
    upstream.on('data', (data: Buffer) => {
      if (first && server.requests.length > 0) return;
      socket.write(data);
    });
  });
  const asked = ask(
    context,
    { ...server, url: `https://127.0.0.1:${port}` },
    {},
    { tuning: { pingInterval: 30, pingTimeout: 600 } },
  );
  assert.deepEqual(await asked, {});
  assert.equal(relays, 2);
});

const YEAR = 365 * 86_400_000;

for (const [name, shift, words] of [
  ['has expired', -2 * YEAR, /\(for late, issued by test-ca\) has expired: now \S+ is after \S+Z$/],
  ['is not valid yet', YEAR, /\(for late, issued by test-ca\) is not valid yet: now \S+ is before \S+Z$/],
] as const) {
  test(`its certificate ${name}`, async (context) => {
    const ca = issueCertificate({ subject: { commonName: 'test-ca' }, use: 'ca' });
    const request = { subject: { commonName: 'late' }, use: 'server', ipAddresses: ['127.0.0.1'] } as const;
    const certificate = issueCertificate(request, ca, new Date(Date.now() + shift));
    const server = await startApiServer(context, { answer, certificate });
    const asked = ask(context, server, { 'certificate-authority-data': base64(ca.certificate) });
    await assert.rejects(asked, fails(words, /clock/));
  });
}

test('names an expired client certificate, with its dates', async (context) => {
  const { authority, server: pair } = testCertificates();
  const ca = issueCertificate({ subject: { commonName: 'client-ca' }, use: 'ca' });
  const old = issueCertificate(
    { subject: { commonName: 'dan' }, use: 'client' },
    ca,
    new Date(Date.now() - 2 * YEAR),
  );
  const server = await startApiServer(context, { answer });
  const strict = createTlsServer({
    cert: pair.certificate,
    key: pair.key,
    ca: ca.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  strict.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    strict.listen(0, '127.0.0.1', resolve);
  });
  context.after(() => void strict.close());
  const user = {
    'client-certificate-data': base64(old.certificate),
    'client-key-data': base64(old.key),
  };
  const { port } = strict.address() as AddressInfo;
  const asked = ask(context, { ...server, authority, url: `https://127.0.0.1:${port}` }, {}, {}, {}, user);
  await assert.rejects(asked, fails(/client certificate has expired: now \S+ is after \S+Z/, /Log in again/));
});

/** An https proxy with this certificate. */
async function httpsProxy(
  context: CleanUp,
  certificate: { certificate: string; key: string },
): Promise<number> {
  const proxy = createTlsServer({ cert: certificate.certificate, key: certificate.key }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (head: Buffer) => {
      const [, host, port] = /^CONNECT (.+):(\d+) /.exec(head.toString('latin1')) ?? [];
      const upstream = netConnect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
      context.after(() => void upstream.destroy());
    });
  });
  proxy.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  context.after(() => void proxy.close());
  return (proxy.address() as AddressInfo).port;
}

test("trusts an https proxy by the cluster's authority or by SSL_CERT_FILE, otherwise names it", async (context) => {
  const { authority } = testCertificates();
  const server = await startApiServer(context, { answer });
  const known = await httpsProxy(context, authority.issueServer([], ['127.0.0.1']));
  assert.deepEqual(await ask(context, server, { 'proxy-url': `https://127.0.0.1:${known}` }), {});

  const ca = issueCertificate({ subject: { commonName: 'proxy-ca' }, use: 'ca' });
  const request = { subject: { commonName: 'squid' }, use: 'server', ipAddresses: ['127.0.0.1'] } as const;
  const port = await httpsProxy(context, issueCertificate(request, ca));
  const file = join(await temporaryDirectory(context), 'authorities.pem');
  await writeFile(file, ca.certificate);
  const proxy = { 'proxy-url': `https://127.0.0.1:${port}` };
  assert.deepEqual(await ask(context, server, proxy, {}, { SSL_CERT_FILE: file }), {});
  await assert.rejects(
    ask(context, server, proxy),
    fails(
      /^cannot reach the proxy https:\/\/127\.0\.0\.1:\d+, which is in front of the server https:.*not trusted by .* or the system's authorities \(for squid, issued by proxy-ca/,
      /SSL_CERT_FILE/,
    ),
  );
  const elsewhere = await httpsProxy(context, authority.issueServer(['proxy.example.com'], []));
  await assert.rejects(
    ask(context, server, { 'proxy-url': `https://127.0.0.1:${elsewhere}` }),
    fails(/^cannot reach the proxy .*valid for proxy\.example\.com, not 127\.0\.0\.1/, /Address the proxy/),
  );
});

const deadProxies: [name: string, proxy: (context: CleanUp) => Promise<string>, words: RegExp][] = [
  [
    'that is not listening',
    async (context) => {
      const server = await startApiServer(context);
      await server.close();
      return `http://127.0.0.1:${server.port}`;
    },
    /^cannot reach the proxy http:\/\/127\.0\.0\.1:\d+, which is in front of the server \S+: connection refused$/,
  ],
  [
    'whose name does not exist',
    () => Promise.resolve('http://me:hidden@proxy.invalid:3128'),
    /^cannot reach the proxy http:\/\/proxy\.invalid:3128, .*(no such host|could not be looked up)$/,
  ],
  [
    'that never responds',
    async (context) => `http://127.0.0.1:${await listen(context, () => undefined)}`,
    /^the proxy http:\/\/127\.0\.0\.1:\d+ did not connect to the server .*timed out/,
  ],
  [
    'that never finishes its TLS handshake',
    async (context) => `https://127.0.0.1:${await listen(context, () => undefined)}`,
    /^cannot reach the proxy https:\/\/127\.0\.0\.1:\d+, .*timed out/,
  ],
  [
    'that does not speak HTTP',
    async (context) => `http://127.0.0.1:${await listen(context, (socket) => socket.end('SSH-2.0\r\n\r\n'))}`,
    /^the proxy .* did not connect to the server .*: it does not speak HTTP/,
  ],
];
for (const [name, proxy, words] of deadProxies) {
  test(`blames a proxy ${name}`, async (context) => {
    const server = await startApiServer(context, { answer });
    const cluster = { server: 'https://api.example.com:6443' };
    const env = { HTTPS_PROXY: await proxy(context) };
    const asked = ask(context, server, cluster, { tuning: { connectTimeout: 1500 } }, env);
    await assert.rejects(asked, (error: DbgError) => {
      assert.doesNotMatch(`${error.message} ${told(error).remedy}`, /hidden|VPN/);
      return fails(words, /HTTPS_PROXY|NO_PROXY/)(error);
    });
  });
}
