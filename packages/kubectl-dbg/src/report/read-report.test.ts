// Reports and journals come from others too: shards of a run, a colleague's folder. What is wrong with one is said, and is
// no bug; nothing in one reads a file elsewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { run } from '../cli/run.ts';
import type { Report, TargetResult } from '../model/report.ts';
import { JOURNAL, readJournal } from '../operations/each/journal.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { testWorld } from '../testing/test-world.ts';
import { NotAReport, readReport } from './read-report.ts';

const result: TargetResult = {
  namespace: 'shop',
  pod: 'web',
  uid: 'u',
  container: 'app',
  class: 'passed',
  exitCode: 0,
  output: 'out\n',
  bytes: 4,
  lines: 1,
  truncated: false,
  started: '2026-11-30T00:00:00Z',
  milliseconds: 5,
};
const report = {
  apiVersion: 'kubectl-dbg/v1',
  kind: 'Report',
  run: 'abc12',
  command: ['id'],
  image: 'busybox',
  started: '2026-11-30T00:00:00.000Z',
  finished: '2026-11-30T00:00:01.000Z',
  summary: {},
  groups: [],
  results: [result],
} as unknown as Report;

test('a report is read', () => {
  assert.deepEqual(readReport(JSON.stringify(report)).results, [result]);
});

const wrong: [what: string, value: unknown, field: RegExp][] = [
  ['null', null, /is not a report\./],
  ['a list', [], /is not a report \(apiVersion\)/],
  ['a result that is null', { ...report, results: [null] }, /\(results\[0\]\)/],
  ['a class of its own', { ...report, results: [{ ...result, class: '__proto__' }] }, /\[0\]\.class\)/],
  [
    'an exit code that is a text',
    { ...report, results: [{ ...result, exitCode: '\u001b]0;x' }] },
    /exitCode/,
  ],
  ['bytes below none', { ...report, results: [{ ...result, bytes: -1 }] }, /bytes/],
  ['a time that is none', { ...report, started: 'soon<script>' }, /\(started\)/],
  ['a month that there is not', { ...report, finished: '2026-99-30T00:00:01Z' }, /\(finished\)/],
  ['more time than there is', { ...report, results: [{ ...result, milliseconds: 1e308 }] }, /milliseconds/],
  ['a run that is no part of a name', { ...report, run: '../x' }, /\(run\)/],
  ['a word that is a number', { ...report, command: ['id', 5] }, /command\[1\]/],
];
for (const [what, value, field] of wrong) {
  test(`${what} is no report, and the field is named`, async (context) => {
    assert.throws(() => readReport(JSON.stringify(value)), NotAReport);
    const path = join(await temporaryFolder(context), 'r.json');
    writeFileSync(path, JSON.stringify(value));
    const world = testWorld();
    assert.equal(await run(['report', 'merge', path], world), 64);
    assert.match(world.errors(), field);
  });
}

const line = (event: string, fields: object) => `${JSON.stringify({ event, ...fields })}\n`;
const begun = line('run', { ...report, question: 'q' });

test('lines of a journal that are none of ours are passed over', async (context) => {
  const folder = await temporaryFolder(context);
  const strange = [null, 5, { ...result, uid: 5 }, { ...result, bytes: 'x' }].map((value) =>
    line('result', { result: value }),
  );
  const text = [begun, 'null\n', '[]\n', line('start', {}), ...strange, line('result', { result })].join('');
  writeFileSync(join(folder, JOURNAL), text);
  const earlier = readJournal(folder);
  assert.deepEqual([...(earlier?.results.values() ?? [])], [result]);
  assert.equal(earlier?.inFlight.size, 0);
  writeFileSync(join(folder, JOURNAL), line('run', { ...report, run: '/../x', question: 'q' }));
  assert.equal(readJournal(folder), undefined);
});

describe('a folder of a run', { skip: process.platform === 'win32' && 'no such files there' }, () => {
  test('no link leads out of it, and no pipe or device is read', async (context) => {
    const folder = await temporaryFolder(context);
    const beside = await temporaryFolder(context);
    writeFileSync(join(beside, 'secret'), 's3cret');
    mkdirSync(join(folder, 'shop'));
    writeFileSync(join(folder, 'shop', 'good.out'), 'output-of-good');
    symlinkSync(join(beside, 'secret'), join(folder, 'shop', 'link.out'));
    symlinkSync(beside, join(folder, 'out'));
    assert.equal(spawnSync('mkfifo', [join(folder, 'shop', 'fifo.out')]).status, 0);
    symlinkSync('/dev/zero', join(folder, 'shop', 'zero.out'));
    const files = ['shop/good.out', 'shop/link.out', 'out/secret', '../x', 'shop/fifo.out', 'shop/zero.out'];
    const lines = files.map((outputFile, index) => {
      const { output: _, ...rest } = result;
      return line('result', { result: { ...rest, uid: `u${index}`, outputFile } });
    });
    writeFileSync(join(folder, JOURNAL), begun + lines.join(''));
    const world = testWorld();
    assert.equal(await run(['report', 'merge', folder, '-o', 'json'], world), 0, world.errors());
    assert.match(world.output(), /output-of-good/);
    assert.doesNotMatch(world.output(), /s3cret/);
  });

  test('a journal that is a pipe is no reason to wait', async (context) => {
    const folder = await temporaryFolder(context);
    assert.equal(spawnSync('mkfifo', [join(folder, JOURNAL)]).status, 0);
    assert.throws(() => readJournal(folder), { kind: 'usage' });
  });
});
