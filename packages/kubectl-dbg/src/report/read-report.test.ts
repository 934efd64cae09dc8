// Reports and journals may come from others: shards of a run, a colleague's directory. A defect in one is an error, not a
// bug; nothing in one makes us read a file elsewhere.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { run } from '../cli/run.ts';
import type { Report, TargetResult } from '../model/report.ts';
import { JOURNAL, readJournal } from '../operations/each/journal.ts';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
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

test('reads a report', () => {
  assert.deepEqual(readReport(JSON.stringify(report)).results, [result]);
});

const wrong: [what: string, value: unknown, field: RegExp][] = [
  ['null', null, /is not a report\./],
  ['a list', [], /is not a report \(apiVersion\)/],
  ['a null result', { ...report, results: [null] }, /\(results\[0\]\)/],
  ['an unknown class', { ...report, results: [{ ...result, class: '__proto__' }] }, /\[0\]\.class\)/],
  [
    'an exit code that is a string',
    { ...report, results: [{ ...result, exitCode: '\u001b]0;x' }] },
    /exitCode/,
  ],
  ['a negative number of bytes', { ...report, results: [{ ...result, bytes: -1 }] }, /bytes/],
  ['an invalid time', { ...report, started: 'soon<script>' }, /\(started\)/],
  ['an invalid month', { ...report, finished: '2026-99-30T00:00:01Z' }, /\(finished\)/],
  ['an impossible duration', { ...report, results: [{ ...result, milliseconds: 1e308 }] }, /milliseconds/],
  ['a run that is not a valid part of a name', { ...report, run: '../x' }, /\(run\)/],
  ['an argument that is a number', { ...report, command: ['id', 5] }, /command\[1\]/],
];
for (const [what, value, field] of wrong) {
  test(`refuses ${what}, and names the field`, async (context) => {
    assert.throws(() => readReport(JSON.stringify(value)), NotAReport);
    const path = join(await temporaryDirectory(context), 'r.json');
    writeFileSync(path, JSON.stringify(value));
    const world = testWorld();
    assert.equal(await run(['report', 'merge', path], world), 64);
    assert.match(world.errors(), field);
  });
}

const line = (event: string, fields: object) => `${JSON.stringify({ event, ...fields })}\n`;
const begun = line('run', { ...report, question: 'q' });

test('ignores foreign lines in a journal', async (context) => {
  const directory = await temporaryDirectory(context);
  const strange = [null, 5, { ...result, uid: 5 }, { ...result, bytes: 'x' }].map((value) =>
    line('result', { result: value }),
  );
  const text = [begun, 'null\n', '[]\n', line('start', {}), ...strange, line('result', { result })].join('');
  writeFileSync(join(directory, JOURNAL), text);
  const earlier = readJournal(directory);
  assert.deepEqual([...(earlier?.results.values() ?? [])], [result]);
  assert.equal(earlier?.inFlight.size, 0);
  writeFileSync(join(directory, JOURNAL), line('run', { ...report, run: '/../x', question: 'q' }));
  assert.equal(readJournal(directory), undefined);
});

describe(
  'the directory of a run',
  { skip: process.platform === 'win32' && 'no such files on Windows' },
  () => {
    test('follows no link out of it, and reads no pipe or device', async (context) => {
      const directory = await temporaryDirectory(context);
      const beside = await temporaryDirectory(context);
      writeFileSync(join(beside, 'secret'), 's3cret');
      mkdirSync(join(directory, 'shop'));
      writeFileSync(join(directory, 'shop', 'good.out'), 'output-of-good');
      symlinkSync(join(beside, 'secret'), join(directory, 'shop', 'link.out'));
      symlinkSync(beside, join(directory, 'out'));
      assert.equal(spawnSync('mkfifo', [join(directory, 'shop', 'fifo.out')]).status, 0);
      symlinkSync('/dev/zero', join(directory, 'shop', 'zero.out'));
      const files = [
        'shop/good.out',
        'shop/link.out',
        'out/secret',
        '../x',
        'shop/fifo.out',
        'shop/zero.out',
      ];
      const lines = files.map((outputFile, index) => {
        const { output: _, ...rest } = result;
        return line('result', { result: { ...rest, uid: `u${index}`, outputFile } });
      });
      writeFileSync(join(directory, JOURNAL), begun + lines.join(''));
      const world = testWorld();
      assert.equal(await run(['report', 'merge', directory, '-o', 'json'], world), 0, world.errors());
      assert.match(world.output(), /output-of-good/);
      assert.doesNotMatch(world.output(), /s3cret/);
    });

    test('does not wait for a journal that is a pipe', async (context) => {
      const directory = await temporaryDirectory(context);
      assert.equal(spawnSync('mkfifo', [join(directory, JOURNAL)]).status, 0);
      assert.throws(() => readJournal(directory), { kind: 'usage' });
    });
  },
);
