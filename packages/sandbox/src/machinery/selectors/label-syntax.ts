import { labelValue, qualifiedName } from '../names.ts';

/** The API's error message for a label key; undefined if it is valid. */
export function labelKeyProblem(key: string): string | undefined {
  return joined(qualifiedName(key));
}

/** The API's error message for a label value; undefined if it is valid. */
export function labelValueProblem(value: string): string | undefined {
  return joined(labelValue(value));
}

function joined(messages: readonly string[]): string | undefined {
  return messages.length === 0 ? undefined : messages.join('; ');
}
