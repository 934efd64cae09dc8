import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { BytePipe } from './byte-pipe.ts';

test('delivers what is written, and makes the writer wait for the reader', async () => {
  const pipe = new BytePipe(4);
  const pieces = ['abc', 'def', '', 'g'];
  let written = 0;
  for (const piece of pieces) pipe.write(piece, () => (written += 1));
  pipe.end();
  await new Promise(setImmediate);
  // The second write fills the buffer.
  assert.equal(written, 1);
  const read: string[] = [];
  for await (const piece of pipe) read.push(piece.toString());
  assert.equal(read.join(''), 'abcdefg');
});

test('an error reaches the reader after the data written before it; without an error the stream just ends', async () => {
  for (const error of [new Error('broken'), undefined]) {
    const pipe = new BytePipe(100);
    pipe.on('error', () => undefined);
    pipe.write('abc');
    const reading = (async () => {
      const read: string[] = [];
      for await (const piece of pipe) {
        read.push(piece.toString());
        pipe.destroy(error);
      }
      return read.join('');
    })();
    if (error === undefined) assert.equal(await reading, 'abc');
    else await assert.rejects(reading, /broken/);
  }
});

test('discarded data does not block the writer', async () => {
  const pipe = new BytePipe(2);
  pipe.write('abc');
  pipe.discard();
  pipe.end('defghi');
  await once(pipe, 'finish');
});
