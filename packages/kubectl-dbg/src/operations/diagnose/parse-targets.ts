import { KINDS, kindOfWord } from '../../doctor/kinds.ts';
import type { DiagnosisTarget } from '../../doctor/finding.ts';
import { DbgError } from '../../model/failure.ts';

/** Parses target arguments: `NAME` is a pod, `TYPE/NAME` any object that can be diagnosed. Throws DbgError `usage`. */
export function parseDiagnosisTargets(
  {
    targets = [],
    selector,
    allNamespaces,
  }: { targets?: readonly string[]; selector?: string; allNamespaces?: boolean },
  namespace: string,
): DiagnosisTarget[] {
  if (targets.length > 0 && (selector !== undefined || allNamespaces === true)) {
    throw new DbgError(
      'usage',
      'DiagnosisTargetsExclusive',
      'targets by name cannot be combined with a selector or all namespaces',
    );
  }
  if (
    targets.length === 2 &&
    targets[0] !== undefined &&
    kindOfWord(targets[0]) !== undefined &&
    !targets[1]?.includes('/')
  ) {
    return [parseTarget(`${targets[0]}/${targets[1]}`, namespace)];
  }
  return targets.map((word) => parseTarget(word, namespace));
}

function parseTarget(word: string, namespace: string): DiagnosisTarget {
  const parts = word.split('/');
  const [type = '', name] = parts.length === 1 ? ['pod', word] : parts;
  if (
    parts.length > 2 ||
    type === '' ||
    name === undefined ||
    !/^[^\s%]+$/.test(name) ||
    name === '.' ||
    name === '..'
  ) {
    throw new DbgError('usage', 'DiagnosisTargetMalformed', `${JSON.stringify(word)} is not a target`, {
      word,
    });
  }
  const kind = kindOfWord(type)?.kind;
  if (kind === undefined) {
    throw new DbgError('usage', 'TypeNotDiagnosable', `"${type}" is not a type that can be diagnosed`, {
      type,
      known: KINDS.map((entry) => entry.kind),
    });
  }
  return kind === 'Node' || kind === 'Namespace' ? { kind, name } : { kind, namespace, name };
}
