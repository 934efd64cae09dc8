import type { Risk } from './finding.ts';

/** A next step of a rule: the words of the command follow `kubectl`. */
export interface Advice {
  text: string;
  risk: Risk;
  words?: readonly string[];
  right?: string;
}

/** Reads only. */
export const look = (text: string, command?: readonly string[], right?: string): Advice =>
  step('look', text, command, right);

/** A reversible change. */
export const change = (text: string, command?: readonly string[], right?: string): Advice =>
  step('change', text, command, right);

/** Terminates or deletes something. */
export const destructive = (text: string, command?: readonly string[], right?: string): Advice =>
  step('destructive', text, command, right);

function step(risk: Risk, text: string, words?: readonly string[], right?: string): Advice {
  return { text, risk, ...(words === undefined ? {} : { words }), ...(right === undefined ? {} : { right }) };
}

/** The arguments of a kubectl command in a namespace, without `kubectl`. */
export function kubectl(namespace: string, ...words: string[]): string[] {
  return [...words, '-n', namespace];
}
