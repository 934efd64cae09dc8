import type { Answer } from './answer.ts';
import type { Step } from './recording.ts';

/** A log that a step of the same scenario asked for with its times. */
interface Line {
  time: number;
  text: string;
}

/**
 * Whether a log that was asked for by age (`sinceSeconds`) shows what it must by the times of its own lines. How old
 * a line was when the recorded client asked depends on how long pods took to start there.
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

/** The whole log with times, if a step asked for it. */
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
