import { labelValue, qualifiedName } from '../names.ts';

/** What is wrong with a label's key, if anything, in the API's words. */
export function labelKeyProblem(key: string): string | undefined {
  return joined(qualifiedName(key));
}

/** What is wrong with a label's value, if anything. */
export function labelValueProblem(value: string): string | undefined {
  return joined(labelValue(value));
}

function joined(messages: readonly string[]): string | undefined {
  return messages.length === 0 ? undefined : messages.join('; ');
}
