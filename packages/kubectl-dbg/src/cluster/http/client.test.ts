import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ApiStatusError } from '../index.ts';
import type { Cluster, ClusterOptions, TraceEntry } from '../index.ts';
import type { DbgError } from '../../model/failure.ts';
import { startApiServer } from '../../testing/api-server.ts';
import type { AnyRequest, AnyResponse, ApiServer } from '../../testing/api-server.ts';
import { openTestCluster } from '../../testing/test-cluster.ts';
import type { CleanUp } from '../../testing/temporary-directory.ts';

const POD = '/api/v1/namespaces/shop/pods/web';
/** The minimum of every response: the requested pod. */
const WEB = { metadata: { name: 'web', namespace: 'shop' } };
const JSON_TYPE = { 'content-type': 'application/json' };

type Answer = (request: AnyRequest, response: AnyResponse, count: number) => void;

async function setUp(
  context: CleanUp,
  answer: Answer,
  options: ClusterOptions = {},
  protocol: 'h2' | 'http/1.1' | 'plain' = 'h2',
): Promise<{ cluster: Cluster; server: ApiServer }> {
  let count = 0;
  const server = await startApiServer(context, {
    protocol,
    answer: (request, response) => {
      count += 1;
      answer(request, response, count);
    },
  });
  return { server, cluster: await openTestCluster(context, server, options) };
}

const json =
  (value: object, status = 200): Answer =>
  (_, response) => {
    response.writeHead(status, JSON_TYPE);
    response.end(JSON.stringify({ ...WEB, ...value }));
  };

/** Like Go's server when its handler panics, which is also how a broken connection to the kubelet is forwarded. */
function reset(response: AnyResponse): void {
  if (response.stream !== undefined) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

function get<T = unknown>(cluster: Cluster): Promise<T> {
  return cluster.request<T>({ method: 'GET', path: POD });
}

for (const protocol of ['h2', 'http/1.1', 'plain'] as const) {
  test(`${protocol}: sends requests and decodes the responses`, async (context) => {
    const { cluster, server } = await setUp(context, json({ kind: 'Pod' }), {}, protocol);
    assert.deepEqual(await get(cluster), { ...WEB, kind: 'Pod' });
    await cluster.request({
      method: 'PATCH',
      path: POD,
      query: { fieldManager: 'kubectl-dbg', dryRun: undefined },
      contentType: 'application/strategic-merge-patch+json',
      body: { metadata: { name: 'ä' } },
    });
    const [first, second] = server.requests;
    assert.equal(first?.headers['accept'], 'application/json');
    assert.match(String(first?.headers['user-agent']), /^kubectl-dbg\/\d+\.\d+\.\d+ \(linux\/\w+\)$/);
    assert.equal(second?.url, `${POD}?fieldManager=kubectl-dbg`);
    assert.equal(second?.headers['content-type'], 'application/strategic-merge-patch+json');
    assert.equal(server.connections, 1);
    assert.equal(first?.httpVersion, protocol === 'h2' ? '2.0' : '1.1');
  });

  test(`${protocol}: a truncated body is not a clean end`, async (context) => {
    const { cluster, server } = await setUp(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('half a ');
      },
      {},
      protocol,
    );
    const body = await cluster.stream({ method: 'GET', path: `${POD}/log` });
    let text = '';
    await assert.rejects(
      async () => {
        for await (const chunk of body) {
          text += Buffer.from(chunk).toString();
          for (const socket of server.sockets) socket.destroy();
        }
      },
      (error: DbgError) => error.kind === 'lost' && /broke in the middle/.test(error.message),
    );
    assert.equal(text, 'half a ');
  });

  test(`${protocol}: a body that the server resets is not a clean end`, async (context) => {
    const { cluster } = await setUp(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('half a ', () => reset(response));
      },
      {},
      protocol,
    );
    const body = await cluster.stream({ method: 'GET', path: `${POD}/log` });
    await assert.rejects(
      async () => {
        for await (const _ of body);
      },
      { name: 'DbgError', kind: 'lost' },
    );
  });

  test(`${protocol}: a complete body ends cleanly and arrives unchanged`, async (context) => {
    const sent = Buffer.from('zwölf Boxkämpfer\n'.repeat(20_000));
    const { cluster } = await setUp(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.end(sent);
      },
      {},
      protocol,
    );
    const chunks: Uint8Array[] = [];
    for await (const chunk of await cluster.stream({ method: 'GET', path: `${POD}/log` })) chunks.push(chunk);
    assert.ok(Buffer.concat(chunks).equals(sent));
  });

  test(`${protocol}: a slow reader slows the server down`, async (context) => {
    const TOTAL = 64 * 1024 * 1024;
    const piece = Buffer.alloc(64 * 1024, 0x61);
    let sent = 0;
    const { cluster } = await setUp(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        const more = () => {
          if (sent === TOTAL) return response.end();
          sent += piece.length;
          // The callback is called when the chunk has been sent, which depends on flow control.
          response.write(piece, () => setImmediate(more));
        };
        more();
      },
      {},
      protocol,
    );
    const body = (await cluster.stream({ method: 'GET', path: `${POD}/log` }))[Symbol.asyncIterator]();
    let received = (await body.next()).value?.length ?? 0;
    for (let before = -1; before !== sent;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.ok(sent < TOTAL / 2, `the server got ahead by ${sent} bytes`);
    for (let next = await body.next(); next.done !== true; next = await body.next())
      received += next.value.length;
    assert.equal(received, TOTAL);
  });

  test(`${protocol}: aborting ends a stream at once with the signal's reason`, async (context) => {
    const { cluster } = await setUp(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/plain' });
        response.write('first');
      },
      {},
      protocol,
    );
    const abort = new AbortController();
    const reason = new Error('enough');
    const body = await cluster.stream({ method: 'GET', path: `${POD}/log`, signal: abort.signal });
    await assert.rejects(async () => {
      for await (const _ of body) abort.abort(reason);
    }, reason);
  });

  test(`${protocol}: retries a GET on a new connection after a broken one, but not a POST`, async (context) => {
    const { cluster, server } = await setUp(
      context,
      (_, response, count) => {
        if (count % 2 === 1) (response.socket ?? response).destroy();
        else json({ count })(_, response, count);
      },
      {},
      protocol,
    );
    assert.deepEqual(await get(cluster), { ...WEB, count: 2 });
    await assert.rejects(cluster.request({ method: 'POST', path: POD, body: {} }), {
      name: 'DbgError',
      kind: 'unreachable',
    });
    assert.equal(server.requests.length, 3);
  });
}

test('refuses a web page instead of a log or a watch', async (context) => {
  let type = 'text/html; charset=utf-8';
  const { cluster } = await setUp(context, (_, response) => {
    response.writeHead(200, { 'content-type': type });
    response.end('<html>log in</html>');
  });
  const foreign = { code: 'AnswerForeign', message: /a web page \(text\/html\) instead of/ };
  await assert.rejects(cluster.stream({ method: 'GET', path: `${POD}/log` }), foreign);
  await assert.rejects(cluster.stream({ method: 'GET', path: POD }), foreign);
  type = 'text/plain';
  await cluster.stream({ method: 'GET', path: `${POD}/log` });
});

test('shows an HTTP/2 error code by name', async (context) => {
  const { cluster } = await setUp(context, (_, response) => {
    response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
  await assert.rejects(get(cluster), {
    code: 'ServerSilent',
    message: /did not answer: it closed the request with the HTTP\/2 error INTERNAL_ERROR$/,
  });
});

test('retries a POST on a new connection if the caller says it is idempotent', async (context) => {
  const { cluster } = await setUp(context, (_, response, count) => {
    if (count === 1) response.socket?.destroy();
    else json({ count })(_, response, count);
  });
  const answer = await cluster.request({ method: 'PATCH', path: POD, body: {}, idempotent: true });
  assert.deepEqual(answer, { ...WEB, count: 2 });
});

const statuses: [
  name: string,
  status: number,
  type: string,
  body: string,
  expected: Partial<ApiStatusError>,
][] = [
  [
    'a Status',
    404,
    'application/json',
    '{"kind":"Status","status":"Failure","message":"pods \\"x\\" not found","reason":"NotFound","code":404}',
    { code: 404, reason: 'NotFound', message: 'pods "x" not found' },
  ],
  [
    'plain text',
    500,
    'text/plain',
    'container x not found\n',
    { code: 500, message: 'container x not found' },
  ],
  [
    "a proxy's page",
    502,
    'text/html',
    '<html>secret</html>',
    {
      code: 502,
      message: 'HTTP status 502, with a web page (text/html) that is not from a Kubernetes API server',
    },
  ],
  ['an empty body', 403, 'text/plain', '', { code: 403, reason: 'Forbidden', message: 'HTTP status 403' }],
  ['truncated JSON', 409, 'application/json', '{"kind":"Sta', { code: 409, reason: 'Conflict' }],
  [
    'escapes and a bidirectional mark',
    400,
    'application/json',
    JSON.stringify({ kind: 'Status', message: 'a\u001b[2J\rb\u202ec', reason: 'Bad\u0007' }),
    { message: 'a\\x1b[2J\\rb\\u202ec', reason: 'Bad\\x07' },
  ],
  [
    'fields of other types',
    400,
    'application/json',
    '{"kind":"Status","message":5,"reason":{},"details":7}',
    { code: 400, message: 'the server answered with HTTP status 400' },
  ],
];

for (const [name, status, type, body, expected] of statuses) {
  test(`a refusal with ${name} becomes an ApiStatusError`, async (context) => {
    const { cluster } = await setUp(context, (_, response) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    });
    await assert.rejects(get(cluster), (error: ApiStatusError) => {
      assert.ok(error instanceof ApiStatusError);
      for (const [key, value] of Object.entries(expected))
        assert.equal(error[key as keyof ApiStatusError], value);
      assert.deepEqual(error.call, { method: 'GET', path: POD });
      return true;
    });
  });
}

const foreign: [
  name: string,
  headers: Record<string, string>,
  status: number,
  body: string,
  words: RegExp,
][] = [
  ['a web page', { 'content-type': 'text/html' }, 200, '<html>', /a web page \(text\/html\) instead of JSON/],
  ['no content type', {}, 200, '{}', /something without a content type instead of JSON/],
  [
    'a redirect',
    { location: 'https://evil.example/\u00e9' },
    302,
    '',
    /a redirect \(302\) to https:\/\/evil/,
  ],
];

for (const [name, headers, status, body, words] of foreign) {
  test(`a response with ${name} is not from an API server`, async (context) => {
    const { cluster, server } = await setUp(context, (_, response) => {
      response.writeHead(status, headers);
      response.end(body);
    });
    await assert.rejects(get(cluster), (error: DbgError) => {
      assert.equal(error.kind, 'unreachable');
      assert.match(error.message, words);
      return true;
    });
    assert.equal(server.requests.length, 1);
  });
}

const malformed: [name: string, headers: Record<string, string>, body: string | Buffer, words: RegExp][] = [
  ['truncated JSON', {}, '{"a":', /incomplete JSON/],
  ['garbage', {}, '\u0000\u0001', /incomplete JSON/],
  ['brackets', {}, '['.repeat(100_000), /JSON that is nested too deeply/],
  ['deeply nested arrays', {}, '['.repeat(5000) + ']'.repeat(5000), /JSON that is nested too deeply/],
  ['very many tiny objects', {}, `[${'{},'.repeat(10_000_000)}{}]`, /JSON that holds too many values/],
  ['a body that is not gzip', { 'content-encoding': 'gzip' }, '{}', /malformed gzip/],
  [
    'truncated gzip',
    { 'content-encoding': 'gzip' },
    gzipSync(JSON.stringify({ a: 'x'.repeat(1000) })).subarray(0, 20),
    /malformed gzip/,
  ],
  [
    'a gzip bomb',
    { 'content-encoding': 'gzip' },
    gzipSync(Buffer.alloc(64 * 1024 * 1024)),
    /larger than 33554432 bytes/,
  ],
];

for (const [name, headers, body, words] of malformed) {
  test(`refuses a response with ${name}`, async (context) => {
    const { cluster } = await setUp(context, (_, response) => {
      response.writeHead(200, { ...JSON_TYPE, ...headers });
      response.end(body);
    });
    // The event loop is not blocked for long: a timer of 20 ms is never a second late.
    let latest = 0;
    let last = performance.now();
    const ticker = setInterval(() => {
      latest = Math.max(latest, performance.now() - last);
      last = performance.now();
    }, 20);
    try {
      await assert.rejects(get(cluster), { kind: 'protocol', message: words });
    } finally {
      clearInterval(ticker);
    }
    assert.ok(latest < 1500, `held for ${latest} ms`);
  });
}

for (const protocol of ['h2', 'http/1.1'] as const) {
  for (const status of [200, 403]) {
    for (const gzip of [false, true]) {
      const how = `${protocol}, ${status}${gzip ? ', compressed' : ''}`;
      test(`${how}: a body that trickles ends with an error, and with the signal`, async (context) => {
        const server = await startApiServer(context, {
          protocol,
          answer(_, response) {
            response.writeHead(status, { ...JSON_TYPE, ...(gzip ? { 'content-encoding': 'gzip' } : {}) });
            const bytes = gzip ? gzipSync('{"a":1}'.padEnd(100_000, ' ')) : Buffer.alloc(100_000, 0x20);
            let at = 0;
            const timer = setInterval(() => {
              if (response.destroyed || at >= bytes.length - 1) clearInterval(timer);
              else response.write(bytes.subarray(at, (at += 1)));
            }, 10);
            response.on('close', () => clearInterval(timer));
          },
        });
        const cluster = await openTestCluster(context, server, { tuning: { bodyTimeout: 300 } });
        if (status === 200) {
          await assert.rejects(get(cluster), { kind: 'lost', message: /did not come in time/ });
        }
        const stop = new AbortController();
        const slow = await openTestCluster(context, server);
        const asked = slow.request({ method: 'GET', path: POD, signal: stop.signal });
        const failed = assert.rejects(asked, status === 200 ? { message: 'enough' } : { name: /./ });
        setTimeout(() => stop.abort(new Error('enough')), 200);
        const began = performance.now();
        await failed;
        assert.ok(performance.now() - began < 3000);
      });
    }
  }
}

test('refuses a response above the limit instead of keeping it in memory', async (context) => {
  const piece = Buffer.alloc(1024 * 1024, 0x20);
  const { cluster } = await setUp(context, (_, response) => {
    response.writeHead(200, JSON_TYPE);
    response.on('error', () => undefined);
    const more = () => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(get(cluster), { kind: 'protocol', message: /larger than 33554432 bytes/ });
});

test('accepts a compressed list', async (context) => {
  const { cluster, server } = await setUp(context, (_, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify(WEB)));
  });
  assert.deepEqual(await get(cluster), WEB);
  assert.equal(server.requests[0]?.headers['accept-encoding'], 'gzip');
});

test('requests no compression with --disable-compression, nor for logs', async (context) => {
  const { cluster, server } = await setUp(context, json({}), { disableCompression: true });
  await get(cluster);
  await cluster.stream({ method: 'GET', path: `${POD}/log` });
  for (const { headers } of server.requests) assert.equal(headers['accept-encoding'], undefined);
});

const retries: [
  name: string,
  method: 'GET' | 'PATCH',
  status: number,
  header: string | undefined,
  sent: number,
][] = [
  ['429 of a GET', 'GET', 429, '0', 2],
  ['429 for a PATCH: it was not processed', 'PATCH', 429, '0', 2],
  ['503 of a GET', 'GET', 503, '0', 2],
  ['503 for a PATCH: it may have been processed', 'PATCH', 503, '0', 1],
  ['429 without Retry-After', 'GET', 429, undefined, 1],
  ['too long a wait', 'GET', 429, '86400', 1],
  ['a date in the past', 'GET', 503, 'Thu, 01 Jan 1970 00:00:00 GMT', 2],
];

for (const [name, method, status, header, sent] of retries) {
  test(`Retry-After: ${name}`, async (context) => {
    const { cluster, server } = await setUp(context, (request, response, count) => {
      if (count > 1) return json({})(request, response, count);
      response.writeHead(status, header === undefined ? {} : { 'retry-after': header });
      response.end();
    });
    const asked = cluster.request({ method, path: POD, ...(method === 'PATCH' ? { body: {} } : {}) });
    await (sent === 1 ? assert.rejects(asked, { code: status }) : asked);
    assert.equal(server.requests.length, sent);
  });
}

test('gives up on a server that always asks to wait', async (context) => {
  const { cluster, server } = await setUp(context, (_, response) => {
    response.writeHead(429, { 'retry-after': '0' });
    response.end();
  });
  await assert.rejects(get(cluster), { code: 429 });
  assert.equal(server.requests.length, 5);
});

test('reports each warning once, from any response', async (context) => {
  const warnings: string[] = [];
  const { cluster } = await setUp(context, (request, response, count) => {
    response.setHeader(
      'warning',
      count === 1 ? ['299 - "one, \\"two\\""', '299 - "three"'] : '299 - "three"',
    );
    json({}, count === 3 ? 400 : 200)(request, response, count);
  });
  cluster.onWarning((text) => warnings.push(text));
  await get(cluster);
  await get(cluster);
  await assert.rejects(get(cluster), { code: 400 });
  assert.deepEqual(warnings, ['one, "two"', 'three']);
});

test('sends every field of an impersonation', async (context) => {
  const { cluster, server } = await setUp(context, json({}), {
    as: 'dan',
    asUid: '7',
    asGroups: ['a', 'b'],
    asUserExtra: ['example.com/Scope=x', 'example.com/Scope=y'],
  });
  await get(cluster);
  const headers = server.requests[0]?.headers ?? {};
  assert.equal(headers['impersonate-user'], 'dan');
  assert.equal(headers['impersonate-uid'], '7');
  assert.equal(headers['impersonate-group'], 'a, b');
  assert.equal(headers['impersonate-extra-example.com%2fscope'], 'x, y');
});

test('--request-timeout is sent to the server, and ends a request that takes longer', async (context) => {
  const { cluster, server } = await setUp(context, () => undefined, { requestTimeout: 1000 });
  await assert.rejects(get(cluster), { kind: 'deadline' });
  assert.equal(server.requests[0]?.url, `${POD}?timeout=1s`);
});

test('gives up on a server that accepts a connection and never responds', async (context) => {
  const { cluster } = await setUp(context, () => undefined, { tuning: { answerTimeout: 200 } });
  await assert.rejects(get(cluster), { kind: 'unreachable', message: /no answer came \(timed out\)/ });
});

test('after GOAWAY, current requests finish, and the next one opens a new connection', async (context) => {
  const { cluster, server } = await setUp(context, (request, response, count) => {
    if (count === 1) response.stream?.session?.goaway();
    json({ count })(request, response, count);
  });
  assert.deepEqual(await get(cluster), { ...WEB, count: 1 });
  assert.deepEqual(await get(cluster), { ...WEB, count: 2 });
  assert.equal(server.connections, 2);
});

test('retries any request that the server has not processed', async (context) => {
  const { cluster, server } = await setUp(context, (request, response, count) => {
    if (count === 1) response.stream?.close(constants.NGHTTP2_REFUSED_STREAM);
    else json({ count })(request, response, count);
  });
  assert.deepEqual(await cluster.request({ method: 'POST', path: POD, body: {} }), { ...WEB, count: 2 });
  assert.equal(server.connections, 1);
});

test('can be aborted while the connection is being opened', async (context) => {
  const server = await startApiServer(context);
  const silent = createServer(() => undefined);
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  context.after(() => void silent.close());
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const cluster = await openTestCluster(context, { ...server, url }, { tuning: { connectTimeout: 300 } });
  const abort = new AbortController();
  const asked = cluster.request({ method: 'GET', path: POD, signal: abort.signal });
  const opened = cluster.attach({
    namespace: 'shop',
    pod: 'web',
    container: 'c',
    stdin: false,
    stdout: true,
    stderr: true,
    tty: false,
    signal: abort.signal,
  });
  const reason = new Error('enough');
  abort.abort(reason);
  await assert.rejects(asked, reason);
  await assert.rejects(opened, reason);
});

test('sends many concurrent requests over one connection', async (context) => {
  const { cluster, server } = await setUp(context, json({}));
  await Promise.all(Array.from({ length: 50 }, () => get(cluster)));
  assert.equal(server.connections, 1);
});

test('uses a connection that was opened in advance', async (context) => {
  const { cluster, server } = await setUp(context, json({}));
  await cluster.prepareRequests();
  await get(cluster);
  assert.equal(server.connections, 1);
});

test('a failure to connect in advance is reported by the first request', async (context) => {
  const server = await startApiServer(context);
  const cluster = await openTestCluster(context, { ...server, url: 'https://127.0.0.1:1' });
  await cluster.prepareRequests();
  await assert.rejects(get(cluster), (error: DbgError) => error.kind === 'unreachable');
});

test('a client that is closed while connecting leaves nothing behind', async (context) => {
  const server = await startApiServer(context);
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  context.after(() => void silent.close());
  const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const accepted = once(silent, 'connection') as Promise<[Socket]>;
  const cluster = await openTestCluster(context, { ...server, url });
  await cluster.prepareRequests();
  const [socket] = await accepted;
  const gone = once(socket.on('error', () => undefined).resume(), 'close');
  await cluster.close();
  await gone;
});

test('the trace shows connections and requests, but no secrets', async (context) => {
  const entries: TraceEntry[] = [];
  const { cluster } = await setUp(context, json({}), {
    token: 'very-secret',
    trace: (entry) => entries.push(entry),
  });
  await get(cluster);
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['connection', 'request'],
  );
  assert.doesNotMatch(JSON.stringify(entries), /secret/);
});
