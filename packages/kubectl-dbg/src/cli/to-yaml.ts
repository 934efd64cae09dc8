import { dump } from 'js-yaml';

/** An object as kubectl prints YAML: keys sorted, lists not indented, nothing folded, no anchors. */
export function toYaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true, sortKeys: true, seqNoIndent: true });
}
