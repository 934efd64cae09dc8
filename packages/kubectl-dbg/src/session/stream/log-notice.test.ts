import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutNotice } from './log-notice.ts';

const NOTICE = 'unable to retrieve container logs for containerd://0123';

async function* piecesOf(text: string, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += size)
    yield await Promise.resolve(Buffer.from(text.slice(at, at + size)));
}

async function read(text: string, size: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of withoutNotice(piecesOf(text, size))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

for (const size of [1, 7, 1000]) {
  test(`in chunks of ${size} bytes, removes the kubelet's notice from the log`, async () => {
    await assert.rejects(read(NOTICE, size), { message: /^unable to retrieve container logs for / });
  });

  for (const log of [
    '',
    '2026-01-01T00:00:00Z one\n2026-01-01T00:00:01Z two\n',
    `2026-01-01T00:00:00Z ${NOTICE}\n`,
    'unable to',
    'unable to say\n',
  ])
    test(`in chunks of ${size} bytes, passes ${JSON.stringify(log.slice(0, 30))} on`, async () => {
      assert.equal(await read(log, size), log);
    });
}
