import type { Answer } from './answer.ts';
import type { Step } from './recording.ts';

/**
 * The expected response to a step that requests the beginning or the end of a log whose lines are in another order
 * than recorded: stdout and stderr are merged in the order in which they were read, which is chance when both were
 * printed at once. The server's own order is that of the whole log, requested in the same scenario.
 */
export function inOwnOrder(
  step: Step,
  steps: readonly Step[],
  answers: readonly (Answer | undefined)[],
): Step {
  const [path, query] = step.request.path.split('?');
  const options = new URLSearchParams(query);
  const tail = options.get('tailLines');
  const bytes = options.get('limitBytes');
  const stamped = options.get('timestamps') === 'true';
  if ((tail ?? bytes) === null || (stamped && bytes !== null) || typeof step.response.body !== 'string')
    return step;
  const whole = steps.findIndex(
    (other, index) =>
      other.request.path === path &&
      typeof other.response.body === 'string' &&
      isReordered(other, answers[index]),
  );
  const own = answers[whole]?.body;
  if (typeof own !== 'string' || own === steps[whole]?.response.body) return step;
  const lines = own.split(/(?<=\n)/);
  // Timestamps are not compared: any will do.
  const stamp = stamped ? step.response.body.slice(0, step.response.body.indexOf(' ') + 1) : '';
  const last = Number(tail) === 0 ? [] : lines.slice(-Number(tail));
  const kept = tail === null ? own : last.map((line) => `${stamp}${line}`).join('');
  return {
    ...step,
    response: { ...step.response, body: bytes === null ? kept : kept.slice(0, Number(bytes)) },
  };
}

/** Whether both have the same lines. */
function isReordered({ response }: Step, answer: Answer | undefined): boolean {
  const sorted = (text: unknown): string =>
    typeof text === 'string' ? text.split('\n').toSorted().join('\n') : '';
  return answer !== undefined && sorted(response.body) === sorted(answer.body);
}
