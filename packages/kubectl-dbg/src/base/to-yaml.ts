import { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE } from 'js-yaml';
import { escapeHidden, hidesSomething } from './sanitise.ts';

type StyleRule = NonNullable<NonNullable<Parameters<typeof dump>[1]>['scalarStyleRules']>[number];

/** Only double-quoted text can contain escapes. */
const quoteHidden: StyleRule = (layout) => {
  if (hidesSomething(layout.node.value)) layout.style = SCALAR_STYLE.DOUBLE_QUOTED;
};

const RULES: readonly StyleRule[] = [quoteHidden, ...Object.values(DEFAULT_SCALAR_STYLE_RULES)];

/**
 * An object in kubectl's YAML style: keys sorted, lists not indented, nothing folded, no anchors. Characters that a
 * terminal would interpret or hide are escaped, which changes no value.
 */
export function toYaml(value: unknown): string {
  const text = dump(value, {
    lineWidth: -1,
    noRefs: true,
    sortKeys: true,
    seqNoIndent: true,
    scalarStyleRules: RULES,
  });
  return escapeHidden(text, 'yaml');
}
