import { sanitise } from '../../base/sanitise.ts';
import { DbgError } from '../../model/failure.ts';
import type { FactsOf } from '../../model/failures/index.ts';

/**
 * A mistake in a configuration file: one line that names the file. Values are never quoted, because they may be secret.
 */
export function configurationError(
  file: string,
  problem: string,
  fault: FactsOf<'KubeconfigInvalid'>['fault'] = 'incomplete',
): DbgError {
  return new DbgError('configuration', 'KubeconfigInvalid', problemOf(file, problem), {
    file,
    problem,
    fault,
  });
}

/** The line that names the file and what is wrong with it. */
export function problemOf(file: string, problem: string): string {
  return `kubeconfig ${sanitise(file)}: ${sanitise(problem)}`;
}
