import type { BaseIssue } from 'valibot';

/** The path of a value that does not match its schema: `.spec.containers[0].name`; empty for the value itself. */
export function pathOfIssue(issue: BaseIssue<unknown>): string {
  return (issue.path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
}
