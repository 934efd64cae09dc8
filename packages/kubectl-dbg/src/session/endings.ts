import { diagnoseReason, type DiagnosisContext } from './wait/diagnosis.ts';
import type { Failure } from '../model/failure.ts';
import type { Outcome } from '../model/outcome.ts';

/** The runtime's message about a program that could not be started, in our words. */
export function startFailure(message: string, context: DiagnosisContext): Outcome {
  const diagnosis = diagnoseReason('StartError', message, context);
  const { container } = context;
  const failure: Failure = { code: 'ContainerNotStarted', facts: { container } };
  return { kind: 'never-started', ...(diagnosis ?? { reason: 'StartError', message, failure }) };
}

/** Whether a failed exec was a program that could not be started, by the runtime's message. */
export function isStartFailure(message: string): boolean {
  return /OCI runtime exec failed|executable file not found|no such file or directory/.test(message);
}

/** An outcome as text that follows "it". */
export function endWords(outcome: Outcome): string {
  if (outcome.kind === 'exited') return `exited with ${outcome.code}`;
  if (outcome.kind === 'signalled') return `was terminated by signal ${outcome.signal}`;
  return outcome.kind;
}
