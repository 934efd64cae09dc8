import type { World } from '../../model/world.ts';

/** A line on stderr with the progress of a transfer, on a terminal, and its result at the end. */
export interface TransferLine {
  readonly progress: (bytes: number, total: number | undefined) => void;
  /** Prints something else above it. */
  readonly above: (print: () => void) => void;
  /** Prints the result. */
  readonly end: (result: { resumed: number; via: 'exec' | 'debug' }) => void;
  readonly clear: () => void;
}

/** Interval between two updates, in ms. */
const PACE_MS = 200;

export function transferLine({ stderr, now }: Pick<World, 'stderr' | 'now'>, quiet: boolean): TransferLine {
  const shown = !quiet && stderr.isTTY === true;
  const begun = now();
  let last = 0;
  let bytes = 0;
  let visible = false;
  const clear = (): void => {
    if (visible) stderr.write('\r\u001b[K');
    visible = false;
  };
  return {
    progress: (count, total) => {
      bytes = count;
      if (!shown || now() - last < PACE_MS) return;
      last = now();
      const share =
        total === undefined || total === 0
          ? ''
          : ` of ${sizeWords(total)} (${Math.floor((100 * count) / total)}%)`;
      stderr.write(`\r\u001b[K${sizeWords(count)}${share}, ${rate(count, now() - begun)}`);
      visible = true;
    },
    above: (print) => {
      clear();
      print();
    },
    end: ({ resumed, via }) => {
      clear();
      if (quiet) return;
      const before = resumed === 0 ? '' : `, resumed after ${sizeWords(resumed)}`;
      const through = via === 'debug' ? ' through a debug container' : '';
      stderr.write(`Copied ${sizeWords(bytes)}${through}${before}, ${rate(bytes, now() - begun)}.\n`);
    },
    clear,
  };
}

function rate(bytes: number, milliseconds: number): string {
  return `${sizeWords((bytes * 1000) / Math.max(milliseconds, 1))}/s`;
}

/** A human-readable number of bytes: `3.2 MiB`. */
export function sizeWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
