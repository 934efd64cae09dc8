import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Passage, sceneOf, type Write } from './testing/container-scene.ts';
import { playScene } from './testing/play-scene.ts';
import { isReadInTurn } from './testing/read-in-turn.ts';

/** More with `SPLICE_RUNS=20000`. */
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

function writesOf(channels: fc.Arbitrary<1 | 2>, text: fc.Arbitrary<string>): fc.Arbitrary<Write[]> {
  const write = fc.record({ pause: pauses, channel: channels, text });
  return fc.array(write, { maxLength: 60 }).map((entries) => {
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

function passageOf(most: number, cuts: boolean): fc.Arbitrary<Passage> {
  return fc.record({
    attach: fc.option(fc.record({ missed: MISSED, opened: fc.nat(40) }), { nil: undefined, freq: 10 }),
    logDelays: delays(most),
    attachDelays: delays(most),
    frames: fc.array(fc.constantFrom(1, 3, 7, 50, 4096, 32_768), { minLength: 1, maxLength: 4 }),
    rotation: fc.constant(undefined),
    cut: cuts
      ? fc.record({ at: fc.nat(2000), again: fc.option(fc.constantFrom(0, 10, 500), { nil: undefined }) })
      : fc.constant(undefined),
  });
}

/** The scene's attach can't have begun before what was written by the time it was asked for. */
function run(
  writes: Write[],
  passage: Passage,
  tty = false,
): ReturnType<typeof playScene> & { truth: Buffer } {
  const end = (writes.at(-1)?.at ?? 0) + 10;
  const scene = sceneOf(writes, end, passage);
  const options = { tty, attach: passage.attach !== undefined, limits: tty ? { unfinishedLine: 40 } : {} };
  return { ...playScene(scene, options, passage.rotation), truth: scene.truth };
}

function logForm(data: Buffer): string {
  return data.toString('latin1').replaceAll('\r\n', '\n');
}

/** Whole, or the report owns up to exactly what is missing. */
function assertHonest({ stdout, splice, truth }: ReturnType<typeof run>): void {
  const { gaps, repeated } = splice.report;
  const form = logForm(stdout);
  if (gaps.some((gap) => gap.bytes === 'unknown') || repeated > 0) return;
  const lost = gaps.reduce((sum, gap) => sum + (gap.bytes === 'unknown' ? 0 : gap.bytes), 0);
  assert.equal(form.length, truth.length - lost);
  if (lost === 0) assert.equal(form, truth.toString('latin1'));
}

const check = (name: string, property: fc.IProperty<unknown[]> | fc.IPropertyWithHooks<unknown[]>): void => {
  test(name, () => fc.assert(property as fc.IProperty<unknown[]>, { numRuns: RUNS }));
};

const one = fc.constant<1 | 2>(1);
const both = fc.constantFrom<(1 | 2)[]>(1, 2);

check(
  'one channel: whole where the node is as prompt as a real one',
  fc.property(writesOf(one, line), passageOf(8, false), (writes, passage) => {
    const outcome = run(writes, passage);
    const { gaps, repeated } = outcome.splice.report;
    assert.deepEqual(
      { gaps: gaps.filter((gap) => gap.reason !== 'unfinished-line'), repeated },
      { gaps: [], repeated: 0 },
    );
    assertHonest(outcome);
  }) as never,
);

check(
  'one channel: whole, or the loss is reported, however late the streams are',
  fc.property(writesOf(one, line), passageOf(1500, false), (writes, passage) =>
    assertHonest(run(writes, passage)),
  ) as never,
);

check(
  'one channel: whole, or the loss is reported, where attach breaks',
  fc.property(writesOf(one, line), passageOf(8, true), (writes, passage) =>
    assertHonest(run(writes, passage)),
  ) as never,
);

check(
  'a terminal: whole, or the loss is reported',
  fc.property(
    writesOf(one, fc.constantFrom('$ ', 'ls\r\n', 'a b\r\n', '\r\u001b[K$ ', 'tick\r\n')),
    passageOf(8, false),
    (writes, passage) => assertHonest(run(writes, passage, true)),
  ) as never,
);

check(
  'two channels: every line once, in the order of its stream',
  fc.property(
    writesOf(
      both,
      fc.oneof(
        fc.nat(20).map((n) => `line ${n}\n`),
        fc.constantFrom('same\n', 'other\n'),
      ),
    ),
    passageOf(8, false),
    (writes, passage) => {
      const { stdout, stderr, splice, truth } = run(writes, passage);
      assert.deepEqual(splice.report.gaps, []);
      assert.equal(splice.report.repeated, 0);
      assert.equal(stdout.length + stderr.length, truth.length);
      assert.ok(isReadInTurn(truth, stdout, stderr));
    },
  ) as never,
);
