// Containers and registries choose their texts: none may block the process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyLog } from './log.ts';
import { classifyProbe } from './probe.ts';
import { classifyPull, innerPullText, registryStatus } from './pull.ts';
import { readScheduler } from './scheduler.ts';
import { soundsLikeFailure } from './waiting-reason.ts';

const PIECES = [
  'a-',
  'a.',
  '"a/',
  'a/',
  '/',
  '404',
  '0/1 nodes are available: ',
  '/etc/',
  'get ',
  '":"',
  ' ',
  ', ',
  '.,',
];

/** The maximum lengths of messages and lines, or a sufficient part of them. */
const MESSAGE = 4 * 1024;
const LINE = 500;
const LONGEST = 32 * 1024;
const QUICK_MS = 250;

const readers: [name: string, size: number, read: (text: string) => unknown][] = [
  ['a log', LINE, (text) => classifyLog([text, text, text, text])],
  ['a failed pull', MESSAGE, (text) => classifyPull(text)],
  ["a registry's message", MESSAGE, (text) => [innerPullText(text), registryStatus(text)]],
  ['a probe', MESSAGE, (text) => classifyProbe(text)],
  ['a scheduler', LONGEST, (text) => readScheduler(text)],
  ['a reason', MESSAGE, (text) => soundsLikeFailure(text)],
];

for (const [name, size, read] of readers) {
  test(`classifies the text of ${name} in linear time`, () => {
    for (const piece of PIECES) {
      const text = piece.repeat(size / piece.length);
      const before = process.cpuUsage();
      read(text);
      const { user, system } = process.cpuUsage(before);
      assert.ok(
        (user + system) / 1000 < QUICK_MS,
        `${(user + system) / 1000} ms for ${JSON.stringify(piece)}`,
      );
    }
  });
}
