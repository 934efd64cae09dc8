import { Backoff } from '../cluster/watch/backoff.ts';
import { DbgError } from '../model/failure.ts';
import type { World } from '../model/world.ts';
import type { Diagnoses } from '../operations/diagnose/diagnose.ts';
import { pauseOn } from '../session/pause-on.ts';
import { type Clock, REAL_CLOCK } from '../session/stream/clock.ts';
import { Outage } from '../session/outage.ts';

/** Interval of two looks, in ms; the pause after a failure grows from that. */
const PAUSE_MS = 2_000;
const PAUSE_LIMIT_MS = 20_000;

/** A draw below 1 from a draw of whole numbers. */
const FRACTION = 1_000_000;

/** `notFound`: a pod that is replaced, by one of the same name, is missing for a moment. */
const MAY_PASS: ReadonlySet<string> = new Set(['unreachable', 'lost', 'deadline', 'notFound']);

export interface WatchDiagnosisOptions {
  /** Prints what is new. */
  print: (diagnoses: Diagnoses, isFirst: boolean) => Promise<void>;
  /** Shows a line on stderr. */
  say: (text: string) => void;
  world: Pick<World, 'now' | 'randomInt'>;
  signal: AbortSignal;
  clock?: Clock;
}

/**
 * Looks again and again, and prints a diagnosis that differs from the one before. Once it has seen the target it outlives
 * a server that is away for a while, which is told. Throws what can't pass, and the reason of the signal.
 */
export async function watchDiagnosis(
  look: () => Promise<Diagnoses>,
  { print, say, world, signal, clock = REAL_CLOCK }: WatchDiagnosisOptions,
): Promise<never> {
  const outage = new Outage(
    (text) => say(`Warning: ${text}`),
    () => world.now(),
    clock,
  );
  const backoff = new Backoff(PAUSE_MS, PAUSE_LIMIT_MS, () => world.randomInt(FRACTION) / FRACTION);
  let shown: string | undefined;
  try {
    for (let wait = PAUSE_MS; ; await pauseOn(clock, wait, signal)) {
      signal.throwIfAborted();
      try {
        const diagnoses = await look();
        outage.answered();
        backoff.reset();
        const essence = essenceOf(diagnoses);
        if (essence !== shown) await print(diagnoses, shown === undefined);
        shown = essence;
        wait = PAUSE_MS;
      } catch (error) {
        signal.throwIfAborted();
        if (shown === undefined || !(error instanceof DbgError) || !MAY_PASS.has(error.kind)) throw error;
        outage.failed(error);
        wait = backoff.pause();
      }
    }
  } finally {
    outage.stop();
  }
}

/** Ages and counts change all the time: only another verdict or other findings are news. */
function essenceOf({ items }: Diagnoses): string {
  return JSON.stringify(
    items.map(({ target, verdict, findings }) => [
      target,
      verdict,
      findings.map(({ id, object }) => [id, object]),
    ]),
  );
}
