import { evaluate } from './arithmetic.ts';
import type { Word, WordPart } from './syntax.ts';

/** What the expansion of words depends on. */
export interface Expansion {
  variable(name: string): string;
  /** The positional parameters, for "$@". */
  parameters: readonly string[];
  /** The output of a command substitution. */
  output(source: string): Promise<string>;
}

/** Expands words to fields: unquoted results are split at blanks. There is no pathname expansion. */
export async function expandWords(words: readonly Word[], from: Expansion): Promise<string[]> {
  const fields: string[] = [];
  for (const word of words) fields.push(...(await expandFields(word, from)));
  return fields;
}

/** Expands a word to one string, as in an assignment. */
export async function expandText(word: Word, from: Expansion): Promise<string> {
  let text = '';
  for (const part of word) text += await partText(part, from);
  return text;
}

async function expandFields(word: Word, from: Expansion): Promise<string[]> {
  const fields: string[] = [];
  let current: string | undefined;
  for (const part of word) {
    if (part.kind === 'variable' && part.name === '@' && part.quoted) {
      const [first, ...others] = from.parameters;
      // An empty "$@" expands to no field.
      if (first === undefined) {
        if (current === '') current = undefined;
        continue;
      }
      current = (current ?? '') + first;
      for (const parameter of others) {
        fields.push(current);
        current = parameter;
      }
      continue;
    }
    const text = await partText(part, from);
    if (part.quoted || part.kind === 'text') {
      current = (current ?? '') + text;
      continue;
    }
    const pieces = text.split(/[ \t\n]+/);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0 && current !== undefined) {
        fields.push(current);
        current = undefined;
      }
      if (piece !== '') current = (current ?? '') + piece;
    }
  }
  if (current !== undefined) fields.push(current);
  return fields;
}

async function partText(part: WordPart, from: Expansion): Promise<string> {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'variable':
      return from.variable(part.name) || (part.fallback ?? '');
    case 'arithmetic':
      return String(evaluate(part.expression, (name) => from.variable(name)));
    case 'command':
      return (await from.output(part.source)).replace(/\n+$/, '');
  }
}
