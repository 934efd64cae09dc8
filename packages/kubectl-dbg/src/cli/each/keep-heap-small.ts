import { setFlagsFromString } from 'node:v8';

/** Growth of the heap over its live size, in percent, before garbage is collected. */
const GROWTH_PERCENT = 40;

/**
 * Lets V8 collect garbage before the heap is four times its live size, which is its default for speed: a run produces
 * garbage for minutes, and mostly waits for the cluster.
 */
export function keepHeapSmall(): void {
  try {
    setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  } catch {
    // engines other than V8 have their own rules
  }
}
