import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  channelName,
  commandEnd,
  decodeFrame,
  decodeResize,
  decodeStatus,
  encodeClose,
  encodeFrame,
  encodeResize,
} from './index.ts';

test('decodes what it encodes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 254 }), fc.uint8Array(), (channel, data) => {
      assert.deepEqual(decodeFrame(encodeFrame(channel, data)), { kind: 'data', channel, data });
    }),
  );
});

test('decodes any bytes to a frame', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.boolean(), (bytes, halfClose) => {
      const frame = decodeFrame(bytes, halfClose);
      if (frame.kind === 'data') assert.equal(frame.data.length, bytes.length - 1);
      if (frame.kind === 'close') assert.ok(halfClose);
    }),
  );
});

test('a close message names its channel, on v5 only', () => {
  assert.deepEqual(decodeFrame(encodeClose(0)), { kind: 'close', channel: 0 });
  assert.deepEqual(decodeFrame(encodeClose(0), false), {
    kind: 'data',
    channel: 255,
    data: Uint8Array.of(0),
  });
  assert.deepEqual(decodeFrame(new Uint8Array(0)), { kind: 'empty' });
});

test('channels have names', () => {
  assert.equal(channelName(3), 'error');
  assert.equal(channelName(9), undefined);
});

test('a resize message ends with a newline and round-trips', () => {
  assert.equal(
    new TextDecoder().decode(encodeResize({ width: 80, height: 24 })),
    '{"Width":80,"Height":24}\n',
  );
  assert.deepEqual(decodeResize(encodeResize({ width: 80, height: 24 })), { width: 80, height: 24 });
});

for (const text of [
  '',
  '{',
  '[]',
  'null',
  '{"Width":80}',
  '{"Width":-1,"Height":2}',
  '{"Width":1e9,"Height":2}',
]) {
  test(`malformed resize ${JSON.stringify(text)} is ignored`, () => {
    assert.equal(decodeResize(new TextEncoder().encode(text)), undefined);
  });
}

const ends: [name: string, status: string, end: unknown][] = [
  ['success', '{"status":"Success"}', { kind: 'success' }],
  [
    'an exit code',
    '{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
    { kind: 'exit', code: 7 },
  ],
  [
    'an impossible exit code',
    '{"status":"Failure","message":"m","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"700"}]}}',
    { kind: 'failure', message: 'm', reason: 'NonZeroExitCode' },
  ],
  [
    'a failure',
    '{"status":"Failure","message":"no running task found"}',
    { kind: 'failure', message: 'no running task found' },
  ],
  ['an empty status', '{}', { kind: 'failure', message: 'the server gave no reason' }],
  ['not JSON', 'oops', { kind: 'failure', message: 'the server sent a status that is not a JSON object' }],
  [
    'a message of another type',
    '{"status":"Failure","message":5}',
    { kind: 'failure', message: 'the server gave no reason' },
  ],
];
for (const [name, status, end] of ends) {
  test(`status: ${name}`, () =>
    assert.deepEqual(commandEnd(decodeStatus(new TextEncoder().encode(status))), end));
}
