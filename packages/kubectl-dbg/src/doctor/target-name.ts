import { sanitise } from '../base/sanitise.ts';
import type { DiagnosisTarget } from './finding.ts';

/** `pod/web in shop`, `namespace/shop`, `pods with app=web in shop`. */
export function targetName({ kind, name, namespace, selector }: DiagnosisTarget): string {
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  if (selector !== undefined) return sanitise(`pods with ${selector}${where}`);
  return sanitise(`${kind.toLowerCase()}/${name ?? ''}${where}`);
}
