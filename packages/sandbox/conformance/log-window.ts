import type { Answer } from './answer.ts';
import type { Step } from './recording.ts';

/** A line of a log that a step of the same scenario requested with timestamps. */
interface Line {
  time: number;
  text: string;
}

/**
 * Whether a log requested with `sinceSeconds` contains the lines it must, judged by the timestamps of our own lines.
 * How old a line was in the recording depends on how long the pods took to start there.
 */
export function isOwnWindow(
  { request }: Step,
  answer: Answer,
  steps: readonly Step[],
  answers: readonly (Answer | undefined)[],
): boolean {
  const { pathname, searchParams } = new URL(request.path, 'https://localhost');
  const seconds = Number(searchParams.get('sinceSeconds') ?? Number.NaN);
  const lines = linesOf(pathname, steps, answers);
  if (Number.isNaN(seconds) || lines === undefined || answer.moments === undefined) return false;
  const tail = Number(searchParams.get('tailLines') ?? lines.length);
  return answer.moments.some((now) => {
    const shown = lines.filter(({ time }) => time >= now - seconds * 1000);
    const expected = shown.slice(Math.max(0, shown.length - tail)).map(({ text }) => `${text}\n`);
    return expected.join('') === (answer.body ?? '');
  });
}

/** The whole log with timestamps, if a step requested it. */
function linesOf(
  pathname: string,
  steps: readonly Step[],
  answers: readonly (Answer | undefined)[],
): Line[] | undefined {
  const index = steps.findIndex(({ request }) => request.path === `${pathname}?timestamps=true`);
  const body = answers[index]?.body;
  if (typeof body !== 'string') return undefined;
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const end = line.indexOf(' ');
      return { time: Date.parse(line.slice(0, end)), text: line.slice(end + 1) };
    });
}
