import { DbgError } from '../errors.ts';
import { diagnoseReason, type DiagnosisContext } from './diagnosis.ts';
import type { Outcome } from './outcome.ts';
import type { SessionAddress, SessionOptions } from './session.ts';

/** The line that takes a session up again. */
export function reattachHint({
  address,
  stdin,
  tty,
}: Pick<SessionOptions, 'address' | 'stdin' | 'tty'>): string {
  const { namespace, pod, container } = address;
  return `Attach again with: kubectl attach ${pod} -c ${container} -n ${namespace}${stdin ? ' -i' : ''}${tty ? ' -t' : ''}`;
}

/** Why an attach or exec was refused, and which right to ask for. */
export function refusal(
  error: unknown,
  { namespace, pod }: SessionAddress,
  way: 'attach' | 'exec',
): DbgError {
  const words = error instanceof Error ? error.message : String(error);
  return new DbgError('refused', `cannot ${way === 'exec' ? 'exec in' : 'attach to'} pod ${pod}: ${words}`, {
    remedy: `Ask for the right to create pods/${way} in namespace ${namespace}`,
    cause: error,
  });
}

/** The same as an outcome. */
export function refusedOutcome(error: unknown, address: SessionAddress, way: 'attach' | 'exec'): Outcome {
  const { message, remedy } = refusal(error, address, way);
  return { kind: 'refused', message, ...(remedy === undefined ? {} : { remedy }) };
}

/** What the runtime says of a program that could not be started, in our words. */
export function startFailure(message: string, context: DiagnosisContext): Outcome {
  const diagnosis = diagnoseReason('StartError', message, context);
  return { kind: 'never-started', ...(diagnosis ?? { reason: 'StartError', message }) };
}

/** Whether a failure of exec is that of a program that could not be started, in the runtime's words. */
export function isStartFailure(message: string): boolean {
  return /OCI runtime exec failed|executable file not found|no such file or directory/.test(message);
}

/** An outcome in words that follow "it". */
export function endWords(outcome: Outcome): string {
  if (outcome.kind === 'exited') return `exited with ${outcome.code}`;
  if (outcome.kind === 'signalled') return `was ended by signal ${outcome.signal}`;
  return outcome.kind;
}
