import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ApiStatusError } from '../cluster/index.ts';
import type { Cluster, Query } from '../cluster/index.ts';
import { normalise } from '../cluster/door/normalise.ts';
import { bytesOf, loadRecording, messageOf } from './recording.ts';
import type { RecordedStep, RecordedWebSocket } from './recording.ts';
import { isUpgrade, startReplayServer } from './replay-server.ts';
import { openTestCluster } from './test-cluster.ts';

// KUBECTL_DBG_RECORDINGS=DIR replays recordings of another directory.
const directory =
  process.env['KUBECTL_DBG_RECORDINGS'] === undefined
    ? new URL('../../../../fixtures/recordings/', import.meta.url)
    : pathToFileURL(`${resolve(process.env['KUBECTL_DBG_RECORDINGS'])}/`);
const files = (await readdir(directory)).filter((file) => file.endsWith('.json'));
assert.notEqual(files.length, 0);

for (const file of files) {
  test(`the client handles ${file} as recorded from a real API server`, async (context) => {
    const recording = await loadRecording(new URL(file, directory));
    const server = await startReplayServer(context, recording);
    // Recorded responses have status 429 or end a watch at any time; the client must return them as they are.
    const cluster = await openTestCluster(context, server, { tuning: { watchPause: 1, watchPauseLimit: 1 } });
    for (const step of recording.steps) await check(cluster, step);
    assert.deepEqual(server.unmatched, []);
  });
}

/** Sends a step's request through the client and compares the result with the recording. */
async function check(cluster: Cluster, step: RecordedStep): Promise<void> {
  const { request, response } = step;
  const url = new URL(request.path, 'http://recorded');
  if (new Headers(request.headers).has('upgrade')) {
    // The client does not use other protocols (SPDY, h2c), other subresources or malformed handshakes.
    const ours = isUpgrade(step) && request.method === 'GET' && /\/(attach|exec)$/.test(url.pathname);
    if (ours) await checkCommand(cluster, url, response.websocket, response.status);
  } else if (response.events !== undefined) await checkWatch(cluster, url, response.events);
  else if (response.chunks !== undefined) await checkStream(cluster, url, step);
  else await checkPlain(cluster, url, step);
}

async function checkPlain(cluster: Cluster, url: URL, { request, response }: RecordedStep): Promise<void> {
  // The client never sends conditional requests.
  if (response.status === 304) return;
  const type = String(response.headers?.['content-type'] ?? '');
  // The recorder replaces omitted objects with a string, which the client refuses.
  const isCut = JSON.stringify(response.body)?.includes('"$trimmed"') === true;
  // The client does not request Tables and the like; it expects the object itself.
  const isOther = String((response.body as { apiVersion?: unknown } | null)?.apiVersion).startsWith(
    'meta.k8s.io/',
  );
  const isText = isOther || typeof response.body !== 'object' || !type.includes('json') || isCut;
  const sent = {
    method: request.method as 'GET',
    path: url.pathname,
    query: queryOf(url),
    ...(request.body === undefined ? {} : { body: request.body }),
  };
  if (response.status >= 400) {
    await assert.rejects(cluster.request(sent), (error: unknown) => {
      assert.ok(error instanceof ApiStatusError);
      assert.equal(error.code, response.status);
      const { message } = (typeof response.body === 'object' ? response.body : {}) as { message?: string };
      if (message !== undefined) assert.equal(error.status.message, message);
      return true;
    });
  } else if (isText) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await cluster.stream(sent)) chunks.push(chunk);
    // A long text may have been omitted from the recording.
    if (typeof response.body !== 'object')
      assert.equal(Buffer.concat(chunks).toString(), response.body ?? '');
  } else assert.deepEqual(withoutNulls(await cluster.request(sent)), withoutNulls(response.body));
}

/** As returned by the client: null means absent. */
function withoutNulls(value: unknown): unknown {
  const copy: unknown = structuredClone(value);
  normalise(copy);
  return copy;
}

/** A repeated parameter is a list. */
function queryOf({ searchParams }: URL): Query {
  return Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));
}

async function checkWatch(
  cluster: Cluster,
  url: URL,
  recorded: readonly { type: string; object: unknown }[],
): Promise<void> {
  // The client handles an ERROR itself with a new list, which this recording does not contain.
  const expected = recorded.filter(({ type }) => type !== undefined && type !== 'ERROR');
  const abort = new AbortController();
  // `watch` does not suit watches without events or in the old form (/api/v1/watch/...) either: they are only requested and closed.
  // Nor watches of only metadata, which the client does not request.
  const isPartial = expected.some(
    ({ object }) => (object as { kind?: string }).kind === 'PartialObjectMetadata',
  );
  if (
    isPartial ||
    expected.length === 0 ||
    expected.length < recorded.length ||
    !url.searchParams.has('watch')
  ) {
    await cluster.stream({ method: 'GET', path: url.pathname, query: queryOf(url), signal: abort.signal });
    abort.abort();
    return;
  }
  const seen: unknown[] = [];
  for await (const { type, object } of cluster.watch({
    path: url.pathname,
    resourceVersion: '0',
    signal: abort.signal,
  })) {
    seen.push({ type, object: withoutNulls(object) });
    if (seen.length === expected.length) abort.abort();
  }
  assert.deepEqual(
    seen,
    expected.map(({ type, object }) => ({ type, object: withoutNulls(object) })),
  );
}

async function checkStream(cluster: Cluster, url: URL, { response, closedBy }: RecordedStep): Promise<void> {
  const expected = Buffer.concat((response.chunks ?? []).map(({ data }) => bytesOf(data)));
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of await cluster.stream({ method: 'GET', path: url.pathname })) {
    chunks.push(chunk);
    length += chunk.length;
    if (closedBy !== 'server' && length >= expected.length) break;
  }
  assert.ok(Buffer.concat(chunks).equals(expected));
}

async function checkCommand(
  cluster: Cluster,
  url: URL,
  recorded: RecordedWebSocket | undefined,
  status: number,
): Promise<void> {
  const [namespace = '', pod = '', subresource = ''] = url.pathname
    .split('/')
    .filter((_, index) => [4, 6, 7].includes(index));
  const is = (name: string) => url.searchParams.get(name) === 'true';
  const options = {
    namespace,
    pod,
    container: url.searchParams.get('container') ?? '',
    stdin: is('stdin'),
    stdout: is('stdout'),
    stderr: is('stderr'),
    tty: is('tty'),
  };
  const open = () =>
    subresource === 'exec'
      ? cluster.exec({ ...options, command: url.searchParams.getAll('command') })
      : cluster.attach(options);
  if (recorded === undefined) {
    await assert.rejects(open(), { name: 'ApiStatusError', code: status });
    return;
  }
  const { subprotocolAccepted: subprotocol = '', frames = [] } = recorded;
  if (!['v5.channel.k8s.io', 'v4.channel.k8s.io'].includes(subprotocol)) {
    // Not a protocol that we offer: refused by the client.
    await assert.rejects(open(), { kind: 'protocol' });
    return;
  }
  const command = await open();
  const sent = (async () => {
    for (const frame of frames) {
      if (frame.dir === 'send' && frame.opcode === undefined) {
        const [channel = 0, ...data] = messageOf(frame);
        await command.send(channel, Uint8Array.from(data)).catch(() => undefined);
      }
    }
  })();
  const expected = frames.filter(({ dir, opcode }) => dir === 'recv' && opcode === undefined).map(messageOf);
  const seen: Buffer[] = [];
  if (expected.length > 0) {
    for await (const frame of command) {
      if (frame.kind === 'empty') seen.push(Buffer.alloc(0));
      else if (frame.kind === 'close') seen.push(Buffer.from([255, frame.channel]));
      else seen.push(Buffer.concat([Uint8Array.of(frame.channel), frame.data]));
      if (seen.length === expected.length && recorded.closedBy !== 'server') break;
    }
  }
  await sent;
  if (recorded.closedBy === 'server') assert.equal((await command.closed).code, recorded.closeCode);
  else await command.close();
  assert.deepEqual(seen, expected);
}
