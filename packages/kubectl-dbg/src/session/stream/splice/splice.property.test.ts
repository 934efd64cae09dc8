import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type JoinThresholds, UNFINISHED_LINE_TTY } from '../thresholds.ts';
import { type Passage, sceneOf, type Write } from '../testing/container-scene.ts';
import { playScene } from '../testing/play-scene.ts';
import { isReadInTurn } from '../testing/read-in-turn.ts';

/** Set `SPLICE_RUNS=20000` for more. */
const RUNS = Number(process.env['SPLICE_RUNS'] ?? 400);

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('tick\n', 'tick\n', 'y\n', '\n') },
  { weight: 3, arbitrary: fc.nat(30).map((number) => `line ${number}\n`) },
  { weight: 2, arbitrary: fc.constantFrom('prompt> ', '\rprogress 5%', 'a\r\n', 'b\r', '\n', '$ ') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x'.repeat(16_384), 'z'.repeat(40_000), `${'w'.repeat(16_383)}\n`),
  },
);

const pauses = fc.constantFrom(0, 0, 0, 1, 5, 15, 30, 60, 300, 3000);

type Holds = (writes: Write[], passage: Passage) => void;

function writesOf(
  channels: fc.Arbitrary<1 | 2>,
  text: fc.Arbitrary<string>,
  pause: fc.Arbitrary<number> = pauses,
  maxLength = 60,
): fc.Arbitrary<Write[]> {
  const write = fc.record({ pause, channel: channels, text });
  return fc.array(write, { maxLength }).map((entries) => {
    let at = 0;
    return entries.map((entry) => ({
      at: (at += entry.pause),
      channel: entry.channel,
      data: Buffer.from(entry.text, 'latin1'),
    }));
  });
}

function delays(most: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(most), { minLength: 1, maxLength: 5 });
}

const MISSED = fc.oneof(fc.constant(0), fc.nat(60), fc.nat(400));

function passageOf(most: number, cuts = false, rotations = false): fc.Arbitrary<Passage> {
  return fc.record({
    attach: fc.option(fc.record({ missed: MISSED, opened: fc.nat(40) }), { nil: undefined, freq: 10 }),
    logDelays: delays(most),
    attachDelays: delays(most),
    frames: fc.array(fc.constantFrom(1, 3, 7, 50, 4096, 32_768), { minLength: 1, maxLength: 4 }),
    rotation: rotations ? fc.nat(300) : fc.constant(undefined),
    cut: cuts
      ? fc.record({ at: fc.nat(2000), again: fc.option(fc.constantFrom(0, 10, 500), { nil: undefined }) })
      : fc.constant(undefined),
  });
}

interface Played extends ReturnType<typeof playScene> {
  truth: Buffer;
}

function run(
  writes: Write[],
  passage: Passage,
  tty = false,
  thresholds: Partial<JoinThresholds> = {},
): Played {
  const end = (writes.at(-1)?.at ?? 0) + 10;
  const scene = sceneOf(writes, end, passage);
  const prompt = tty ? { unfinishedLine: UNFINISHED_LINE_TTY } : {};
  const options = { tty, attach: passage.attach !== undefined, thresholds: { ...prompt, ...thresholds } };
  return { ...playScene(scene, options, passage.rotation), truth: scene.truth };
}

function logForm(data: Buffer): string {
  return data.toString('latin1').replaceAll('\r\n', '\n');
}

/** Nothing is missing, except possibly the start of a line that was shown before it was finished. */
function assertWhole(played: Played): void {
  const { gaps, repeated } = played.splice.report;
  assert.deepEqual(
    gaps.filter((gap) => gap.reason !== 'unfinished-line'),
    [],
  );
  assert.equal(repeated, 0);
  assertHonest(played);
}

/** The output is complete, or the report states exactly what is missing. */
function assertHonest({ stdout, stderr, splice, truth }: Played): void {
  const { gaps, repeated } = splice.report;
  if (gaps.some((gap) => gap.bytes === 'unknown') || repeated > 0) return;
  const form = logForm(stdout);
  const lost = gaps.reduce((sum, gap) => sum + (gap.bytes === 'unknown' ? 0 : gap.bytes), 0);
  assert.equal(form.length + stderr.length, truth.length - lost);
  if (lost > 0) return;
  if (stderr.length === 0) assert.equal(form, truth.toString('latin1'));
  else assert.ok(isReadInTurn(truth, stdout, stderr), 'stdout and stderr are not the log, read in turn');
}

/** The number of bytes is right, or the report says that some are missing or duplicated. */
function assertCounted({ stdout, stderr, splice, truth }: Played): void {
  const { gaps, repeated } = splice.report;
  if (gaps.some((gap) => gap.bytes === 'unknown')) return;
  const lost = gaps.reduce((sum, gap) => sum + (gap.bytes === 'unknown' ? 0 : gap.bytes), 0);
  assert.equal(logForm(stdout).length + stderr.length, truth.length - lost + repeated);
}

/** Silence is rarely reached, and buffers are soon full. */
const PRESSED: Partial<JoinThresholds> = {
  attachBytes: 300,
  lagging: 100,
  overlap: 40,
  overlapLines: 3,
  history: 200,
  holdBytes: 200,
  checkBytes: 300,
  settled: 20,
  searchEvery: 1,
};

const ONE = writesOf(fc.constant<1 | 2>(1), line);
const TWO = writesOf(
  fc.constantFrom<(1 | 2)[]>(1, 2),
  fc.oneof(
    fc.nat(20).map((number) => `line ${number}\n`),
    fc.constantFrom('same\n', 'other\n'),
  ),
);
const TERMINAL = writesOf(
  fc.constant<1 | 2>(1),
  fc.constantFrom('$ ', 'ls\r\n', 'a b\r\n', '\r\u001b[K$ ', 'tick\r\n'),
);
const FLOOD = writesOf(
  fc.constant<1 | 2>(1),
  fc.oneof(
    fc.nat(10_000).map((number) => `${number}\n`.repeat(1 + (number % 3))),
    fc.constantFrom('y\n', 'y\ny\ny\n'),
  ),
  fc.constantFrom(0, 0, 0, 1, 2, 5),
);

/** Repetitive output, with and without newlines: its text proves nothing. */
const SAME = fc.constantFrom('\0', 'y\n', 'same line\n', 'ab').chain((piece) =>
  writesOf(
    fc.constant<1 | 2>(1),
    fc
      .constantFrom(1, 10, 100, 3000, 16_384, 20_000)
      .map((length) => piece.repeat(Math.ceil(length / piece.length))),
    fc.constantFrom(0, 0, 0, 1, 5, 60, 500, 3000),
    8,
  ),
);
/** Runs with long output are slow. */
const LONG_RUNS = Math.ceil(RUNS / 4);

const SAME_WITH_STDERR = fc.tuple(SAME, fc.constantFrom('', 'records in\n', 'done')).map(([writes, text]) => {
  const at = writes.at(-1)?.at ?? 0;
  return text === '' ? writes : [...writes, { at, channel: 2 as const, data: Buffer.from(text) }];
});

/** Soon gives up comparing, as with many megabytes. */
const HASTY: Partial<JoinThresholds> = {
  checkBytes: 20_000,
  attachBytes: 60_000,
  history: 2000,
  overlap: 100,
};

const PROPERTIES: {
  name: string;
  writes: typeof ONE;
  passage: fc.Arbitrary<Passage>;
  holds: Holds;
  runs?: number;
}[] = [
  {
    name: 'one channel: complete if the node is as prompt as a real one',
    writes: ONE,
    passage: passageOf(8),
    holds: (writes, passage) => assertWhole(run(writes, passage)),
  },
  {
    name: 'one channel: complete, or the loss is reported, however late the streams are',
    writes: ONE,
    passage: passageOf(1500),
    holds: (writes, passage) => assertHonest(run(writes, passage)),
  },
  {
    name: 'one channel: complete, or the loss is reported, if attach breaks',
    writes: ONE,
    passage: passageOf(8, true),
    holds: (writes, passage) => assertHonest(run(writes, passage)),
  },
  {
    name: 'a terminal: complete, or the loss is reported',
    writes: TERMINAL,
    passage: passageOf(8),
    holds: (writes, passage) => assertWhole(run(writes, passage, true)),
  },
  {
    name: 'two channels: every line once, in the order of its stream',
    writes: TWO,
    passage: passageOf(8),
    holds: (writes, passage) => {
      const played = run(writes, passage);
      assertWhole(played);
      assert.deepEqual(played.splice.report.gaps, []);
    },
  },
  {
    name: 'two channels: complete, or the loss is reported, however late the streams are',
    writes: TWO,
    passage: passageOf(1500),
    holds: (writes, passage) => assertHonest(run(writes, passage)),
  },
  {
    name: 'a flood: complete, or the loss is reported, with full buffers and no silence',
    writes: FLOOD,
    passage: passageOf(60),
    holds: (writes, passage) => assertHonest(run(writes, passage, false, PRESSED)),
  },
  {
    name: 'repetitive output: complete if the node is as prompt as a real one',
    writes: SAME,
    runs: LONG_RUNS,
    passage: passageOf(8),
    holds: (writes, passage) => assertWhole(run(writes, passage)),
  },
  {
    name: 'much repetitive output: complete, or the loss is reported',
    writes: SAME_WITH_STDERR,
    runs: LONG_RUNS,
    passage: passageOf(8),
    holds: (writes, passage) => assertCounted(run(writes, passage, false, HASTY)),
  },
  {
    name: 'repetitive output: complete, or the loss is reported, if attach breaks',
    writes: SAME_WITH_STDERR,
    runs: LONG_RUNS,
    passage: passageOf(8, true),
    holds: (writes, passage) => assertCounted(run(writes, passage, false, HASTY)),
  },
  {
    name: 'a log cut by one rotation: complete, even if that is uncertain',
    writes: ONE.map((writes) =>
      writes.map((write, index) => ({ ...write, data: Buffer.from(`row ${index + 100}\n`) })),
    ),
    passage: passageOf(8, false, true),
    holds: (writes, passage) => {
      const { stdout, truth, splice } = run(writes, passage, false, { rotation: 0 });
      if (splice.report.gaps.some((gap) => gap.reason === 'unfinished-line')) return;
      assert.equal(logForm(stdout), truth.toString('latin1'));
    },
  },
];

for (const { name, writes, passage, holds, runs = RUNS } of PROPERTIES) {
  test(name, () => fc.assert(fc.property(writes, passage, holds), { numRuns: runs }));
}
