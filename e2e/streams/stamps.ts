import { bytesOf, queryOf, type RecordedStep } from './recording.ts';

/** The timestamp of each line of the output, from a read with `timestamps=true` that covers it. */
export function recordedStamps(logs: readonly RecordedStep[], truth: Buffer): string[] | undefined {
  for (const step of logs.toReversed()) {
    const { body, chunks } = step.response;
    if (queryOf(step).get('timestamps') !== 'true' || queryOf(step).has('sinceSeconds')) continue;
    const log =
      chunks === undefined ? bytesOf(body) : Buffer.concat(chunks.map((chunk) => bytesOf(chunk.data)));
    const lines = linesOf(log);
    const stamps = lines.map((line) => line.slice(0, line.indexOf(' ')));
    const text = lines.map((line) => line.slice(line.indexOf(' ') + 1)).join('');
    if (text === truth.toString('latin1')) return stamps;
  }
  return undefined;
}

function linesOf(data: Buffer): string[] {
  return data.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

const MICROSECONDS = 1_000_000;

/** A timestamp in the kubelet's format, `index` microseconds after the second of `epoch` (ms). */
export function madeUpStamp(epoch: number, index: number): string {
  const second = Math.trunc(epoch / 1000) + Math.trunc(index / MICROSECONDS);
  return `${secondText(second)}.${String(index % MICROSECONDS).padStart(6, '0')}000Z`;
}

let last = { second: -1, text: '' };

function secondText(second: number): string {
  if (last.second !== second) {
    last = { second, text: new Date(second * 1000).toISOString().slice(0, 19) };
  }
  return last.text;
}
