import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Confidence, Finding } from '../finding.ts';
import type { Match, Rule, Severity, SubjectKind, Subjects } from '../rule.ts';
import { RULES } from '../rules/index.ts';

/** A matched rule, with its match. */
export interface Hit {
  rule: Pick<Rule, 'id' | 'level' | 'name' | 'yieldsTo'>;
  match: Match;
  severity: Severity;
  /** `pod/web`. */
  object: string;
  /** Name of the container, if the rule is about one. */
  container?: string;
  /** Ids of its causes. */
  becauseOf: string[];
}

/** Runs all rules of a kind on one subject. */
export function matchRules<K extends SubjectKind>(
  kind: K,
  subject: Subjects[K],
  object: string,
  container?: string,
): Hit[] {
  return RULES[kind].flatMap((rule): Hit[] => {
    const match = rule.find(subject);
    if (match === undefined) return [];
    return [
      {
        rule,
        match: { ...match, confidence: match.confidence ?? rule.confidence ?? 'high' },
        severity: match.severity ?? rule.severity ?? 'fault',
        object,
        ...(container === undefined ? {} : { container }),
        becauseOf: [],
      },
    ];
  });
}

/** Omits hits that another hit on the same subject explains better. */
export function withoutYielding(hits: readonly Hit[]): Hit[] {
  return hits.filter(
    (hit) =>
      !hits.some(
        (other) =>
          other !== hit &&
          hit.rule.yieldsTo?.includes(other.rule.id) === true &&
          (other.container === undefined || hit.container === undefined || other.container === hit.container),
      ),
  );
}

/** The finding of a hit. */
export function toFinding({ rule, match, object, becauseOf }: Hit, commands: FollowUpCommands): Finding {
  const confidence: Confidence = match.confidence ?? 'high';
  return {
    id: rule.id,
    level: rule.level,
    confidence,
    object,
    title: match.title,
    evidence: [...match.evidence],
    becauseOf,
    next: (match.next ?? []).map(({ words, ...step }) => ({
      ...step,
      ...(words === undefined ? {} : { command: commands.kubectl(...words) }),
    })),
  };
}
