import type { BaseIssue } from 'valibot';
import { pathOfIssue } from './path-of-issue.ts';

/** valibot's names of types, as YAML names. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  number: 'a number',
  Array: 'a list',
  Object: 'a map',
};

/**
 * The problem with a value in a file: `users[0].token must be a string, not a number`. The value itself is not quoted,
 * because it may be secret.
 *
 * @param whole the name of the value if it is wrong as a whole
 */
export function describeIssue(issue: BaseIssue<unknown>, whole = 'the file'): string {
  const path = pathOfIssue(issue).replace(/^\./, '');
  const subject = path === '' ? whole : path;
  if (issue.input === undefined) return `${subject} is missing`;
  // A schema without its own message has one of valibot's.
  const isOwn = !issue.message.startsWith('Invalid ');
  const wanted = isOwn ? issue.message : (TYPES[issue.expected ?? ''] ?? `${issue.expected}`);
  const isOfType = issue.kind === 'validation' || issue.type === 'picklist' || issue.type === 'literal';
  return `${subject} must be ${wanted}${isOfType ? '' : `, not ${typeOf(issue.input)}`}`;
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : (TYPES[typeof value] ?? `a ${typeof value}`);
}
