import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DICTIONARY, DICTIONARY_ID } from './dictionary.ts';
import { FrameReader, FrameWriter, SpdyError, type SpdyFrame } from './index.ts';

const id = fc.integer({ min: 1, max: 0x7fffffff });
const word = fc.integer({ min: 0, max: 0xffffffff });
const headers = fc
  .array(
    fc.tuple(
      fc.string({ maxLength: 20 }).map((name) => name.toLowerCase()),
      fc.string(),
    ),
    { maxLength: 6 },
  )
  .map((pairs) => new Map(pairs));
const plain = { noNullPrototype: true };
const anyFrame: fc.Arbitrary<SpdyFrame> = fc.oneof(
  fc.record(
    {
      type: fc.constant('data' as const),
      streamId: id,
      fin: fc.boolean(),
      data: fc.uint8Array({ maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constant('synStream' as const),
      streamId: id,
      associatedTo: fc.integer({ min: 0, max: 0x7fffffff }),
      priority: fc.integer({ min: 0, max: 7 }),
      fin: fc.boolean(),
      unidirectional: fc.boolean(),
      headers,
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constantFrom('synReply' as const, 'headers' as const),
      streamId: id,
      fin: fc.boolean(),
      headers,
    },
    plain,
  ),
  fc.record({ type: fc.constant('rstStream' as const), streamId: id, status: word }, plain),
  fc.record(
    {
      type: fc.constant('settings' as const),
      settings: fc.array(
        fc.record({ id: fc.integer({ min: 0, max: 0xffffff }), flags: fc.nat(255), value: word }, plain),
        { maxLength: 4 },
      ),
    },
    plain,
  ),
  fc.record({ type: fc.constant('ping' as const), id: word }, plain),
  fc.record(
    {
      type: fc.constant('goAway' as const),
      lastStreamId: fc.integer({ min: 0, max: 0x7fffffff }),
      status: word,
    },
    plain,
  ),
  fc.record(
    {
      type: fc.constant('windowUpdate' as const),
      streamId: id,
      delta: fc.integer({ min: 0, max: 0x7fffffff }),
    },
    plain,
  ),
);

test('reads frames as they were written, however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.array(anyFrame, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 900 })),
      (frames, cuts) => {
        const writer = new FrameWriter();
        const bytes = Buffer.concat(frames.map((frame) => writer.write(frame)));
        const reader = new FrameReader();
        const read: SpdyFrame[] = [];
        let at = 0;
        for (const size of [...cuts, bytes.length]) {
          read.push(...reader.read(bytes.subarray(at, at + size)));
          at += size;
        }
        assert.deepEqual(read, frames);
      },
    ),
  );
});

test('decompresses header blocks far beyond the compression window', () => {
  const writer = new FrameWriter();
  const reader = new FrameReader();
  for (let streamId = 1; streamId < 200; streamId += 2) {
    const frame: SpdyFrame = {
      type: 'synReply',
      streamId,
      fin: false,
      headers: new Map([
        ['requestid', String(streamId)],
        ['noise', Buffer.alloc(3000, `noise ${streamId * 7919} `).toString()],
      ]),
    };
    assert.deepEqual([...reader.read(writer.write(frame))], [frame]);
  }
});

test('the dictionary has the checksum of the specification', () => {
  let a = 1;
  let b = 0;
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  assert.equal(b * 65_536 + a, DICTIONARY_ID);
});

/** The first bytes that kubectl v1.35.2 sends for `kubectl exec -i POD -- COMMAND`, over SPDY. */
const KUBECTL_OPENS = Buffer.from(
  '80030001000000290000000100000000000078f9e3c6a7c26260606004a7b392a2d4c45c6851c29a0a0a6800000000ffff',
  'hex',
);

test('reads the first stream that kubectl opens', () => {
  const streams = [...new FrameReader().read(KUBECTL_OPENS)].map((frame) =>
    frame.type === 'synStream' ? [frame.streamId, frame.headers.get('streamtype')] : frame.type,
  );
  assert.deepEqual(streams, [[1, 'error']]);
});

describe('reports protocol violations:', () => {
  const cases: [name: string, hex: string, message: RegExp][] = [
    ['version 2', '80020006000000040000 0001', /version 2/],
    ['stream 0', '0000000000000000', /stream 0/],
    ['a short frame', '8003000300000004 00000001', /too short/],
    ['incomplete settings', '8003000400000004 00000002', /too short/],
    ['uncompressed headers', '800300020000000a 00000001 000000000000', /not compressed by zlib/],
    ['another dictionary', '800300020000000a 00000001 78bb00000000', /another dictionary/],
    ['a damaged block', '800300020000000e 00000001 78bbe3c6a7c2 ffffffff', /decompressed/],
    ['a truncated block', '800300020000000a 00000001 78bbe3c6a7c2', /cut off/],
  ];
  for (const [name, hex, message] of cases) {
    test(name, () => {
      const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
      assert.throws(() => [...new FrameReader().read(bytes)], { name: 'SpdyError', message });
    });
  }
});

test('ignores frames of an unknown type', () => {
  const ping: SpdyFrame = { type: 'ping', id: 7 };
  const bytes = Buffer.concat([
    Buffer.from('800300630000000401020304', 'hex'),
    new FrameWriter().write(ping),
  ]);
  assert.deepEqual([...new FrameReader().read(bytes)], [ping]);
});

test('reads or refuses any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 200 }), (bytes) => {
      const body = Buffer.from(bytes);
      body.writeUInt8(0x80, 0);
      body.writeUInt8(0x03, 1);
      try {
        for (const frame of new FrameReader().read(body)) assert.ok(frame.type.length > 0);
      } catch (error) {
        assert.ok(error instanceof SpdyError, String(error));
      }
    }),
  );
});
