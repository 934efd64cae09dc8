import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import { testWorld } from '../testing/test-world.ts';
import { readCustom, readManifests } from './inputs.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: wëb\n';
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const swapped = (text: string) => utf16(text).swap16();
const MIB = 1024 * 1024;

const bomb = (depth: number) =>
  [
    'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
    ...Array.from({ length: depth }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(10)}]`),
  ].join('\n');

const files: [name: string, content: Uint8Array | string, refused: RegExp | undefined][] = [
  ['UTF-8', POD, undefined],
  ['UTF-8 with a byte order mark', `\ufeff${POD}`, undefined],
  ['UTF-16, little-endian', utf16(POD), undefined],
  ['UTF-16, big-endian', swapped(POD), undefined],
  ['bytes that are not text', Buffer.from([0x61, 0x0a, 0x62, 0xff, 0xfe]), /line 2|byte/],
  ['more than 16 MiB', Buffer.alloc(16 * MIB + 1, 0x20), /larger than 16 MiB/],
  ['nesting without end', '['.repeat(100_000), /can't be read/],
  ['aliases of aliases', bomb(9), /aliases stand for more than/],
];

for (const [name, content, refused] of files) {
  test(`-f FILE and -f -: ${name}`, async (t) => {
    const directory = await temporaryDirectory(t);
    await writeFile(join(directory, 'pod.yaml'), content);
    const stdin = Object.assign(Readable.from([content].map((part) => Buffer.from(part))), { isTTY: false });
    const world = testWorld({ cwd: directory, stdin });
    for (const source of ['pod.yaml', '-']) {
      const reading = readManifests([source], world);
      if (refused === undefined) {
        assert.deepEqual(
          (await reading).map(({ object }) => object.metadata?.name),
          ['wëb'],
        );
      } else await assert.rejects(reading, { name: 'DbgError', kind: 'usage', message: refused });
    }
  });
}

test('--custom accepts UTF-16, and refuses a file that is not text or too large', async (t) => {
  const directory = await temporaryDirectory(t);
  const world = testWorld({ cwd: directory });
  await writeFile(join(directory, 'a'), utf16('env: [{name: A, value: ü}]'));
  assert.deepEqual((await readCustom('a', world)).custom, { env: [{ name: 'A', value: 'ü' }] });
  await writeFile(join(directory, 'b'), Buffer.from([0xff]));
  await assert.rejects(readCustom('b', world), { kind: 'usage' });
  await assert.rejects(readCustom('/dev/zero', world), { message: /larger than 16 MiB/ });
});

/** Serves this response while `use` runs. */
async function serving(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pod.yaml?sig=s3cr3t`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const answers: [name: string, answer: RequestListener, refused: RegExp | undefined][] = [
  ['a manifest', (_, response) => response.end(POD), undefined],
  ['a manifest in UTF-16', (_, response) => response.end(utf16(POD)), undefined],
  ['a missing manifest', (_, response) => response.writeHead(404).end(), /HTTP status 404/],
  [
    'a redirect',
    (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/secret' }).end(),
    /HTTP status 302, a redirect to http:\/\/169\.254\.169\.254, which is not followed/,
  ],
  [
    'an endless response',
    (_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(MIB, 0x20)));
      };
      response.on('drain', more);
      more();
    },
    /larger than 16 MiB/,
  ],
  [
    'a gzip bomb',
    (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * MIB, 0x20))),
    /larger than 16 MiB/,
  ],
];

for (const [name, answer, refused] of answers) {
  test(`-f URL: ${name}`, async () => {
    await serving(answer, async (url) => {
      const reading = readManifests([url], testWorld());
      if (refused === undefined) {
        const [first] = await reading;
        assert.equal(first?.object.metadata?.name, 'wëb');
        return;
      }
      await assert.rejects(reading, (error: Error) => {
        assert.match(error.message, refused);
        assert.doesNotMatch(error.message, /s3cr3t/);
        return true;
      });
    });
  });
}

test('-f URL with a password is refused, without showing the password', async () => {
  await assert.rejects(readManifests(['http://me:s3cr3t@127.0.0.1:1/x'], testWorld()), (error: Error) => {
    assert.match(error.message, /URL must not contain a user name or password/);
    assert.doesNotMatch(error.message, /s3cr3t/);
    return true;
  });
});
