import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeProtobuf, encodeProtobuf, encodeWatchEvent } from './index.ts';

const RECORDINGS = new URL('../../../../../../fixtures/recordings/', import.meta.url);

interface Recorded {
  steps: { response: { body?: unknown } }[];
}

const read = (name: string): Recorded =>
  JSON.parse(readFileSync(new URL(name, RECORDINGS), 'utf8')) as Recorded;

test('encodes a pod byte for byte like a real server', () => {
  const bodies = read('meta-media-types.json').steps.map(({ response }) => response.body);
  const recorded = bodies.find((body): body is { base64: string } => Object.hasOwn(Object(body), 'base64'));
  assert.ok(recorded !== undefined);
  const bytes = Buffer.from(recorded.base64, 'base64');
  const encoded = encodeProtobuf(decodeProtobuf(bytes));
  assert.equal(encoded?.toString('hex'), bytes.toString('hex'));
});

test('recorded JSON bodies survive a round trip through protobuf, including lists and Statuses', () => {
  const kinds = new Set<string>();
  for (const name of readdirSync(RECORDINGS).filter((file) => file.endsWith('.json'))) {
    for (const { response } of read(name).steps) {
      const body = response.body as { kind?: string; apiVersion?: string } | undefined;
      // Some bodies are trimmed in the recording.
      if (body?.kind === undefined || JSON.stringify(body).includes('"$trimmed"')) continue;
      const encoded = encodeProtobuf(body);
      if (encoded === undefined || body.apiVersion === undefined) continue;
      kinds.add(body.kind);
      assert.deepEqual(withoutZeros(decodeProtobuf(encoded)), withoutZeros(body), name);
    }
  }
  for (const kind of [
    'Pod',
    'PodList',
    'Status',
    'Deployment',
    'EventList',
    'PartialObjectMetadata',
    'Scale',
  ]) {
    assert.ok(kinds.has(kind), `${kind} among ${[...kinds].join()}`);
  }
});

/** Absent, null, empty and zero values are the same in protobuf, except for pointers. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutZeros);
  if (typeof value !== 'object') return value === '' || value === 0 || value === false ? undefined : value;
  if (value === null) return undefined;
  const entries = Object.entries(value).flatMap(([key, member]) => {
    const kept = withoutZeros(member);
    return kept === undefined || isItem(value, key) ? [] : [[key, kept] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** List items have no kind in protobuf. */
function isItem(value: object, key: string): boolean {
  return (
    (key === 'kind' || key === 'apiVersion') && (value as { kind?: string }).kind === 'PartialObjectMetadata'
  );
}

test('Events of both API versions have their own fields', () => {
  const core = { kind: 'Event', apiVersion: 'v1', metadata: { name: 'a' }, message: 'm', count: 2 };
  const events = {
    kind: 'Event',
    apiVersion: 'events.k8s.io/v1',
    metadata: { name: 'a' },
    note: 'm',
    deprecatedCount: 2,
  };
  for (const event of [core, events]) {
    assert.deepEqual(withoutZeros(decodeProtobuf(encodeProtobuf(event) ?? Buffer.alloc(0))), event);
  }
});

test('encodes negative numbers and named ports', () => {
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'a', deletionGracePeriodSeconds: -1 },
    spec: {
      containers: [
        {
          name: 'c',
          livenessProbe: { httpGet: { port: 'web' } },
          readinessProbe: { tcpSocket: { port: 80 } },
        },
      ],
    },
  };
  assert.deepEqual(withoutZeros(decodeProtobuf(encodeProtobuf(pod) ?? Buffer.alloc(0))), pod);
});

test('a watch event is a length-prefixed frame', () => {
  const pod = { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'a' } };
  const frame = encodeWatchEvent({ type: 'ADDED', object: pod });
  assert.ok(frame !== undefined);
  assert.equal(frame.readUInt32BE(), frame.length - 4);
  assert.equal(frame.subarray(6, 11).toString(), 'ADDED');
  const start = frame.indexOf('k8s\0');
  assert.deepEqual(withoutZeros(decodeProtobuf(frame.subarray(start))), pod);
});

test('does not encode unknown kinds', () => {
  assert.equal(encodeProtobuf({ kind: 'Widget', apiVersion: 'example.com/v1' }), undefined);
  assert.equal(encodeProtobuf({ kind: 'WidgetList', apiVersion: 'example.com/v1', items: [] }), undefined);
});
