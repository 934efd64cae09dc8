import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';

/** `npm run fuzz` sets the seconds per property; otherwise there is a fixed number of runs. */
const SECONDS = Number(process.env['FUZZ_SECONDS'] ?? 0);

/** FUZZ_SEED makes the inputs reproducible. */
const SEED = process.env.FUZZ_SEED === undefined ? {} : { seed: Number(process.env.FUZZ_SEED) };
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);

/**
 * How long a decoder may block the event loop for up to a megabyte: CPU time in ms between two turns, which does not depend
 * on the load of the machine.
 */
const LIMIT_MS = 200;
/** Repetitions, because the JIT compiler or the garbage collector may run meanwhile. */
const MEASUREMENTS = 3;
const MEGABYTE = 2 ** 20;
/** Size of the repeated input: smaller in every test run, so that all decoders take seconds. */
const SIZE = SECONDS > 0 ? MEGABYTE : MEGABYTE / 8;
/** Maximum bytes of memory per byte of input, besides a constant amount. */
const MEMORY_FACTOR = 100;
const MEMORY_BASE = 64 * MEGABYTE;

/** A decoder, and the material for its inputs. */
export interface Target {
  name: string;
  /** Valid inputs, to be cut, repeated and mixed. */
  samples: readonly (string | Uint8Array)[];
  /** Tokens that are significant to the decoder. */
  tokens: readonly (string | Uint8Array)[];
  /** Decodes; throws AssertionError if an invariant is violated. */
  run: (input: Buffer) => unknown;
  /** Whether an error is documented. */
  isExpected?: (error: unknown) => boolean;
  /** Number of runs, for targets that are slow, such as over a socket. */
  runs?: number;
  /** Another limit for blocking the loop: for files, which are read once, before a session. */
  limit?: number;
}

/** Inputs that have caused failures: `corpus/NAME.*`. */
function corpusOf(name: string): Buffer[] {
  const directory = new URL('corpus/', import.meta.url);
  const prefix = `${name.replaceAll(' ', '-')}.`;
  return readdirSync(directory)
    .filter((file) => file.startsWith(prefix))
    .map((file) => readFileSync(new URL(file, directory)));
}

function inputs({ samples, tokens }: Target): fc.Arbitrary<Buffer> {
  const bytes = (value: string | Uint8Array) => Buffer.from(value as string);
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...samples).map(bytes) },
    { weight: 4, arbitrary: fc.constantFrom(...tokens).map(bytes) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value)) },
    { weight: 1, arbitrary: fc.json().map(bytes) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...tokens), fc.integer({ min: 2, max: 300 }))
        .map(([token, count]) => Buffer.concat(Array.from({ length: count }, () => bytes(token)))),
    },
  );
  const cut = fc
    .tuple(piece, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
    .map(([whole, part, atEnd]) => {
      const length = Math.round(whole.length * part);
      return atEnd ? whole.subarray(length) : whole.subarray(0, length);
    });
  const spliced = fc
    .tuple(
      fc.constantFrom(...samples).map(bytes),
      piece,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(8),
    )
    .map(([whole, inserted, place, replaced]) => {
      const at = Math.round(whole.length * place);
      return Buffer.concat([whole.subarray(0, at), inserted, whole.subarray(at + replaced)]);
    });
  return fc.oneof(
    { weight: 3, arbitrary: spliced },
    {
      weight: 2,
      arbitrary: fc.array(fc.oneof(piece, cut), { maxLength: 8 }).map((parts) => Buffer.concat(parts)),
    },
    { weight: 1, arbitrary: cut },
  );
}

/**
 * Tests that a decoder throws only documented errors, blocks the event loop for a bounded time per megabyte, uses bounded
 * memory, and changes no prototype.
 */
export function fuzz(target: Target): void {
  const attempt = async (input: Buffer) => {
    try {
      await target.run(input);
    } catch (error) {
      if (target.isExpected?.(error) !== true) throw error;
    }
    assertPrototypes();
  };
  test(`${target.name}: the corpus, and ${SECONDS > 0 ? `${SECONDS} s` : 'some runs'} of random inputs`, async () => {
    for (const input of corpusOf(target.name)) await attempt(input);
    const property = fc.asyncProperty(inputs(target), attempt);
    const limits =
      SECONDS > 0
        ? { numRuns: 100_000_000, interruptAfterTimeLimit: SECONDS * 1000 }
        : { numRuns: target.runs ?? RUNS };
    const result = await fc.check(property, { ...limits, ...SEED, markInterruptAsFailure: false });
    if (!result.failed) return;
    const [input] = result.counterexample ?? [];
    const shown = input === undefined ? '' : `\nadd to the corpus: ${input.toString('base64')}`;
    throw new Error(`seed ${result.seed}, path ${result.counterexamplePath ?? ''}${shown}`, {
      cause: result.errorInstance,
    });
  });
  const limit = target.limit ?? LIMIT_MS;
  test(`${target.name}: ${SIZE / 1024} KiB of each token block the event loop for at most ${limit} ms`, async () => {
    for (const piece of [...target.tokens, ...target.samples]) {
      const unit = Buffer.from(piece as string);
      if (unit.length === 0) continue;
      const input = Buffer.alloc(SIZE, unit);
      for (const whole of [input, Buffer.concat([Buffer.from(target.samples[0] as string), input])]) {
        let best = Infinity;
        for (let tries = 0; tries < MEASUREMENTS && best > limit; tries += 1) {
          const memory = process.memoryUsage().rss;
          best = Math.min(best, await longestHold(async () => await attempt(whole)));
          const grown = process.memoryUsage().rss - memory;
          assert.ok(
            grown < MEMORY_BASE + MEMORY_FACTOR * whole.length,
            `${grown} bytes for ${JSON.stringify(unit.toString())}`,
          );
        }
        assert.ok(best <= limit, `${best} ms for ${JSON.stringify(unit.toString().slice(0, 100))}`);
      }
    }
  });
}

/** The longest CPU time (ms) between two turns of the event loop during `work`. */
async function longestHold(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.cpuUsage();
  };
  const isOver = { yes: false };
  const turn = () => {
    look();
    if (!isOver.yes) setImmediate(turn);
  };
  setImmediate(turn);
  try {
    await work();
  } finally {
    look();
    isOver.yes = true;
  }
  return longest;
}

function assertPrototypes(): void {
  for (const prototype of [Object.prototype, Array.prototype, Function.prototype]) {
    const names = Object.keys(prototype);
    for (const name of names) Reflect.deleteProperty(prototype, name);
    assert.deepEqual(names, []);
  }
}

/** Checks that there are no control, bidirectional or invisible characters. */
export function assertHarmless(text: string): void {
  const [harmful] = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u.exec(text) ?? [];
  assert.equal(harmful, undefined);
}
