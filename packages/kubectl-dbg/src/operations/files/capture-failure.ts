import { DbgError } from '../../model/failure.ts';
import { type ScriptEnd, startFailure } from './script-end.ts';

/** Exit code of the shell if a program does not exist. */
const NOT_FOUND = 127;

/** Lines of tcpdump without information about its failure. */
const IDLE = /listening on |verbose output suppressed|data link type|packets? (?:captured|received|dropped)/;

/** Why a capture failed: if tcpdump fails before it listens, the user's input is wrong. */
export function captureFailed(
  end: ScriptEnd,
  said: string,
  facts: { image: string; interface: string; filter: string },
): DbgError {
  const unstarted = startFailure(end, 'capture');
  if (unstarted !== undefined) return unstarted;
  const listened = /listening on /.test(said);
  if (!listened && end.kind === 'exited' && end.code === NOT_FOUND) {
    return new DbgError('usage', 'CaptureToolMissing', `image ${facts.image} has no tcpdump`, {
      image: facts.image,
    });
  }
  const words = said
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line.startsWith('tcpdump:') && !IDLE.test(line))
    ?.replace(/^tcpdump: */, '');
  const why = words ?? ('message' in end ? end.message : `tcpdump exited with ${end.code}`);
  if (!listened && words !== undefined && /permission|not permitted/i.test(words))
    return new DbgError('refused', 'CaptureNotPermitted', `tcpdump is not permitted to capture: ${why}`, {
      why,
    });
  if (!listened && words !== undefined)
    return new DbgError('usage', 'CaptureInvalid', `tcpdump refuses to start: ${why}`, { ...facts, why });
  const failure = 'failure' in end ? { failure: end.failure } : {};
  const what = listened ? 'the capture stopped early' : 'could not capture';
  return new DbgError('lost', 'CaptureBrokeOff', `${what}: ${why}`, { why, began: listened, ...failure });
}

/** The packets can't be written any more. */
export function outputFailed(error: Error): DbgError {
  const why = error.message;
  return new DbgError(
    'lost',
    'CaptureOutputFailed',
    `cannot write the packets: ${why}`,
    { why },
    { cause: error },
  );
}
