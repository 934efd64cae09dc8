import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { decodeProtobuf, ProtobufError } from './index.ts';

interface RecordedRequest {
  command: string;
  body: string;
  object?: Record<string, unknown>;
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as T;
}

const requests = fixture<RecordedRequest[]>('kubectl-requests.json');
const bodyOf = (request: RecordedRequest | undefined) => Buffer.from(request?.body ?? '', 'base64');

describe('decodes what kubectl sends as protobuf', () => {
  for (const request of requests) {
    if (request.object === undefined) continue;
    test(request.command, () => {
      assert.deepEqual(decodeProtobuf(bodyOf(request)), request.object);
    });
  }
});

test('a copy of a pod by kubectl debug has all fields of the pod', () => {
  const copied = fixture<Pod>('full-pod.json');
  const [original] = copied.spec?.containers ?? [];
  const { ephemeralContainers, nodeName, ...spec } = copied.spec ?? { containers: [] };
  assert.ok(ephemeralContainers !== undefined && nodeName !== undefined, 'kubectl removes these from a copy');
  const debug = {
    name: 'dbg',
    image: 'busybox',
    resources: {},
    terminationMessagePolicy: 'File',
    securityContext: { capabilities: { add: ['SYS_PTRACE'] } },
  };
  assert.deepEqual(decodeProtobuf(bodyOf(requests[0])), {
    ...copied,
    metadata: { ...copied.metadata, name: 'c' },
    spec: { ...spec, containers: [{ ...original, image: 'x' }, debug] },
    status: {},
  });
});

describe('refuses invalid messages', () => {
  const cases: [name: string, body: Uint8Array, message: RegExp][] = [
    ['no body', new Uint8Array(), /expected prefix/],
    ['JSON', Buffer.from('{"kind":"Pod"}'), /expected prefix/],
    ['an unknown kind', unknownMessage('Widget', Buffer.alloc(0)), /kind Widget/],
    ['a truncated string', unknownMessage('Pod', Buffer.from([0x0a, 0x05, 0x41])), /unexpected EOF/],
    ['an overlong varint', unknownMessage('Pod', Buffer.alloc(12, 0xff)), /integer overflow/],
    ['field number 0', unknownMessage('Pod', Buffer.from([0x00])), /illegal tag/],
    ['a group', unknownMessage('Pod', Buffer.from([0x0b])), /illegal wire type 3/],
    ['a number for a message', unknownMessage('Pod', Buffer.from([0x08, 0x01])), /wrong wire type/],
  ];
  for (const [name, body, message] of cases) {
    test(name, () => {
      assert.throws(() => decodeProtobuf(body), { name: 'ProtobufError', message });
    });
  }
});

test('skips unknown fields', () => {
  const name = [0x0a, 0x03, 0x0a, 0x01, 0x70]; // metadata { name: "p" }
  const unknown = [0xf8, 0x07, 0x01, 0xfd, 0x07, 1, 2, 3, 4, 0xf9, 0x07, 1, 2, 3, 4, 5, 6, 7, 8];
  assert.deepEqual(decodeProtobuf(unknownMessage('Pod', Buffer.from([...unknown, ...name]))), {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'p' },
  });
});

test('decodes lists of numbers packed and unpacked', () => {
  const context = (ids: number[]) => decodeProtobuf(unknownMessage('Pod', message(2, message(14, ids))));
  const expected = {
    kind: 'Pod',
    apiVersion: 'v1',
    spec: { securityContext: { supplementalGroups: [1, 300] } },
  };
  assert.deepEqual(context([0x20, 0x01, 0x20, 0xac, 0x02]), expected);
  assert.deepEqual(context([0x22, 0x03, 0x01, 0xac, 0x02]), expected);
});

test('a map can have the key __proto__', () => {
  const key = Buffer.from('__proto__');
  const entry = [0x0a, key.length, ...key, 0x12, 1, 0x78];
  const object = decodeProtobuf(unknownMessage('ConfigMap', message(2, entry)));
  assert.equal(JSON.stringify(object), '{"kind":"ConfigMap","apiVersion":"v1","data":{"__proto__":"x"}}');
});

test('damaged bodies are decoded or refused with a ProtobufError', () => {
  const bodies = fc.constantFrom(...requests.map(bodyOf));
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(bodies, changes, fc.nat(), (original, edits, cut) => {
      const body = Buffer.from(original.subarray(0, 4 + (cut % original.length)));
      for (const [at, byte] of edits) body[at % body.length] = byte;
      try {
        decodeProtobuf(body);
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

/** A field with a message or bytes, of less than 128 bytes and with a number below 16. */
function message(number: number, content: readonly number[]): number[] {
  return [number * 8 + 2, content.length, ...content];
}

function unknownMessage(kind: string, raw: Uint8Array | readonly number[]): Buffer {
  const meta = [...message(1, [...Buffer.from('v1')]), ...message(2, [...Buffer.from(kind)])];
  return Buffer.from([...Buffer.from('k8s\0'), ...message(1, meta), ...message(2, [...raw])]);
}
