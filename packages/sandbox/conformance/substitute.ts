import type { Answer } from './answer.ts';
import { valueAt } from './paths.ts';
import type { Recording, Step } from './recording.ts';

const STREAM_PROTOCOL = 'X-Stream-Protocol-Version';
const UID = /(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])/g;

/** Replaces values that the recorded request took from earlier responses with those of our own responses. */
export function substitute(
  recording: Recording,
  index: number,
  answers: readonly (Answer | undefined)[],
): Step {
  const step = recording.steps[index];
  if (step === undefined) throw new Error(`no step ${index} in ${recording.name}`);
  let text = JSON.stringify(step.request);
  for (const { value, step: source, path } of step.uses ?? []) {
    const own = valueAt(answers[source]?.body, path);
    if (typeof own === 'string') text = text.replaceAll(value, JSON.stringify(own).slice(1, -1));
  }
  text = text.replaceAll(UID, (uid) => ownUid(recording, answers, uid) ?? uid);
  const request = JSON.parse(text) as Step['request'];
  completeHeaders(request.headers ?? {}, step, answers);
  return { ...step, request };
}

/** The uid of our counterpart of the recorded object with that uid. */
function ownUid(
  recording: Recording,
  answers: readonly (Answer | undefined)[],
  uid: string,
): string | undefined {
  const source = recording.steps.findIndex(({ response }) => valueAt(response.body, 'metadata.uid') === uid);
  const own = valueAt(answers[source]?.body, 'metadata.uid');
  return typeof own === 'string' ? own : undefined;
}

function completeHeaders(
  headers: Record<string, string>,
  step: Step,
  answers: readonly (Answer | undefined)[],
): void {
  // The only header whose value always comes from an earlier response.
  const etag = answers.findLast((answer) => answer?.headers['etag'] !== undefined)?.headers['etag'];
  if (headers['If-None-Match'] !== undefined && typeof etag === 'string') headers['If-None-Match'] = etag;
  // Of several headers of this name the recorder kept only the last; the accepted value was one of them.
  const accepted = step.response.headers?.[STREAM_PROTOCOL.toLowerCase()];
  const offered = headers[STREAM_PROTOCOL];
  if (offered === undefined || typeof accepted !== 'string') return;
  const isOffered = offered.split(',').some((one) => one.trim() === accepted);
  if (!isOffered) headers[STREAM_PROTOCOL] = `${accepted}, ${offered}`;
}
