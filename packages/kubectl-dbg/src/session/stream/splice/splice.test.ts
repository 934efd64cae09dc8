import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Splice } from './splice.ts';

const PIECE = 16 * 1024;

/** Feeds log and attach of a container that printed `total` equal bytes, and returns the output. */
function play(feed: (splice: Splice, same: (length: number) => Buffer) => void): {
  bytes: number;
  splice: Splice;
} {
  const splice = new Splice({ tty: false, attach: true });
  let bytes = 0;
  feed(splice, (length) => Buffer.alloc(length, 'y\n'));
  for (const command of splice.take()) if (command.do === 'write') bytes += command.data.length;
  return { bytes, splice };
}

for (const { name, logBehind, attachBehind } of [
  { name: 'the log', logBehind: 30 * PIECE, attachBehind: 0 },
  { name: 'attach', logBehind: 0, attachBehind: 30 * PIECE },
]) {
  test(`joins correctly when a busy node stalls for seconds in a flood of equal bytes, with ${name} behind`, () => {
    const missed = 3 * PIECE;
    const before = 100 * PIECE;
    const total = 200 * PIECE;
    const { bytes, splice } = play((playing, same) => {
      playing.attachOpened(0);
      playing.attachData(1, same(before - missed - attachBehind), 100);
      playing.logData(same(before - logBehind), 101);
      // A pause longer than any silence threshold.
      for (let now = 120; now < 2800; now += 20) playing.tick(now);
      playing.attachData(1, same(total - before + attachBehind), 2900);
      playing.logData(same(total - before + logBehind), 2901);
      playing.attachEnded(true, 2910);
      playing.logEnded(true, 3900);
      playing.terminated(3910);
      // A log this long may have been rotated: it is read once more.
      playing.logEnded(true, 3920);
    });
    assert.ok(splice.finished);
    assert.deepEqual({ bytes, gaps: splice.report.gaps }, { bytes: total, gaps: [] });
  });
}

for (const piece of ['y\n', '\0']) {
  test(`does not join an endless flood of ${JSON.stringify(piece)} by its text`, () => {
    const missed = 5 * PIECE;
    let written = 0;
    const { bytes, splice } = play((playing) => {
      playing.attachOpened(280);
      // More than ten seconds, and much more data than is buffered of either; the log lags by 4 chunks.
      for (let now = 300; now < 15_000; now += 50) {
        const data = Buffer.alloc(8 * PIECE, piece);
        playing.attachData(1, now === 300 ? data.subarray(missed) : data, now);
        playing.logData(now === 300 ? data.subarray(0, 4 * PIECE) : data, now + 1);
        written += data.length;
      }
      playing.logData(Buffer.alloc(4 * PIECE, piece), 15_010);
      playing.attachEnded(true, 15_020);
      playing.logEnded(true, 16_000);
      playing.terminated(16_010);
      playing.logEnded(true, 16_020);
    });
    assert.ok(splice.finished);
    assert.deepEqual({ bytes, gaps: splice.report.gaps }, { bytes: written, gaps: [] });
  });
}

test('continues from attach if the lagging log of repetitive output is cut, and reports that this may be wrong', () => {
  const missed = 5 * PIECE;
  let written = 0;
  const { bytes, splice } = play((playing, same) => {
    playing.attachOpened(280);
    playing.logData(same(missed), 290);
    for (let now = 300; now < 2000; now += 50) {
      const data = same(32 * PIECE);
      playing.attachData(1, data, now);
      playing.logData(same(PIECE), now + 1, now === 1000);
      written += data.length;
    }
    playing.attachEnded(true, 2010);
    playing.terminated(2020);
  });
  assert.ok(splice.finished);
  assert.equal(bytes, missed + written);
  assert.deepEqual(
    splice.report.gaps.map(({ bytes: lost, reason }) => [lost, reason]),
    [
      ['unknown', 'log-cut'],
      ['unknown', 'ambiguous'],
    ],
  );
});

test('does not join two channels of repetitive output at a short silence', () => {
  const line = Buffer.from('same\n');
  const { bytes, splice } = play((playing) => {
    playing.attachOpened(0);
    for (let count = 0; count < 10; count += 1) playing.attachData(1 + (count % 2), line, 100);
    // The log lags by four lines, and the node stalls for a moment.
    for (let count = 0; count < 8; count += 1) playing.logData(line, 101);
    for (let now = 110; now < 400; now += 10) playing.tick(now);
    for (let count = 0; count < 4; count += 1) playing.logData(line, 410);
    playing.attachEnded(true, 420);
    playing.logEnded(true, 1400);
    playing.terminated(1410);
    playing.logChecked(true, 1420);
  });
  assert.ok(splice.finished);
  assert.deepEqual({ bytes, gaps: splice.report.gaps }, { bytes: 12 * line.length, gaps: [] });
});

for (const { name, silence, late, shown } of [
  { name: 'after a silence is shown at once', silence: 50, late: undefined, shown: 52 },
  { name: 'soon after the start waits for the log', silence: 10, late: undefined, shown: 20 },
  { name: 'waits for a line that the log brings in the same moment', silence: 50, late: 51, shown: 71 },
]) {
  test(`a prompt ${name}`, () => {
    const splice = new Splice({ tty: true, attach: true, thresholds: { unfinishedLine: 20 } });
    const written = (): string =>
      splice
        .take()
        .map((command) => (command.do === 'write' ? Buffer.from(command.data).toString() : ''))
        .join('');
    splice.attachOpened(0);
    splice.logOpened(0);
    splice.attachData(1, Buffer.from('/ # '), silence);
    assert.equal(written(), '');
    let now = silence;
    if (late !== undefined) {
      now = late;
      splice.logData(Buffer.from('hello\n'), now);
      assert.equal(written(), 'hello\r\n');
    }
    for (let text = written(); text === ''; text = written()) {
      const next = splice.deadline();
      assert.ok(next !== undefined);
      now = next;
      splice.tick(now);
    }
    assert.equal(now, shown);
  });
}

test('a deadline that passes while the outputs are busy is still due afterwards', () => {
  const splice = new Splice({ tty: false, attach: true });
  splice.take();
  splice.logOpened(0);
  splice.attachEnded(true, 10);
  splice.terminated(20);
  const steps: number[] = [];
  // Each deadline has long passed when it is requested: none may be forgotten.
  for (let at = splice.deadline(); at !== undefined && steps.length < 1000; at = splice.deadline()) {
    steps.push(at);
    splice.tick(at + 60_000);
    if (splice.take().some((command) => command.do === 'check-log')) splice.logChecked(true, at + 60_001);
  }
  assert.equal(splice.finished, true, `it waits after ${steps.length} steps`);
});

describe('a log that seems complete after the container has terminated', () => {
  /** There is only the log, and its response ends early. */
  function endEarly(): { splice: Splice; commands: () => string[] } {
    const splice = new Splice({ tty: false, attach: false });
    const commands = () =>
      splice.take().map((command) => (command.do === 'open-log' ? `open-log ${command.follow}` : command.do));
    splice.logData(Buffer.from('a part\n'), 10);
    splice.terminated(20);
    assert.deepEqual(commands(), ['open-log true', 'write']);
    splice.logEnded(true, 30);
    assert.deepEqual(commands(), ['check-log']);
    assert.ok(!splice.finished);
    return { splice, commands };
  }

  test('is resumed if it has more', () => {
    const { splice, commands } = endEarly();
    splice.logChecked(false, 40);
    assert.deepEqual(commands(), ['open-log false']);
    splice.logData(Buffer.from('the rest\n'), 50);
    splice.logEnded(true, 60);
    assert.deepEqual(commands(), ['write', 'check-log']);
    splice.logChecked(true, 70);
    assert.deepEqual([splice.finished, splice.report.stdout, splice.report.gaps], [true, 16, []]);
  });

  for (const [what, atEnd] of [
    ['it has no more', true],
    ['this is unknown', undefined],
  ] as const) {
    test(`is treated as complete if ${what}`, () => {
      const { splice } = endEarly();
      splice.logChecked(atEnd, 40);
      assert.deepEqual([splice.finished, splice.report.gaps], [true, []]);
    });
  }

  test('is read again if the followed log stalls', () => {
    const splice = new Splice({ tty: false, attach: false });
    splice.logData(Buffer.from('a part\n'), 10);
    splice.terminated(20);
    const commands: string[] = [];
    for (let steps = 0; !splice.finished; steps += 1) {
      assert.ok(steps < 20, 'it waits on');
      for (const command of splice.take()) {
        if (command.do === 'check-log') splice.logChecked(false, 100);
        if (command.do === 'open-log' && !command.follow) {
          splice.logData(Buffer.from('the rest\n'), 4000);
          splice.logEnded(true, 4001);
        }
        commands.push(command.do);
      }
      splice.tick(splice.deadline() ?? 5000);
    }
    assert.deepEqual(commands, ['open-log', 'write', 'check-log', 'close-log', 'open-log']);
    assert.deepEqual([splice.report.stdout, splice.report.gaps], [16, []]);
  });

  test('is not waited for indefinitely', () => {
    const { splice } = endEarly();
    let now = 0;
    for (let steps = 0; !splice.finished; steps += 1) {
      assert.ok(steps < 20, 'it waits on');
      now = splice.deadline() ?? assert.fail('it waits for nothing');
      splice.tick(now);
    }
    assert.ok(now <= 10_000, `${now} ms`);
  });
});
