/** A part of a word. Quoted parts are neither split into fields nor recognized as reserved words. */
export type WordPart =
  | { kind: 'text'; text: string; quoted: boolean }
  | { kind: 'variable'; name: string; fallback?: string; quoted: boolean }
  | { kind: 'arithmetic'; expression: string; quoted: boolean }
  | { kind: 'command'; source: string; quoted: boolean };

export type Word = readonly WordPart[];

export interface Redirect {
  /** The redirected file descriptor. */
  fd: number;
  operator: '>' | '>>' | '<' | '>&';
  target: Word;
}

export type Token =
  | { kind: 'word'; word: Word }
  | { kind: 'operator'; text: string }
  | { kind: 'redirect'; fd: number; operator: Redirect['operator'] };

export type Command = { redirects: readonly Redirect[] } & (
  | { kind: 'simple'; assignments: readonly { name: string; value: Word }[]; words: readonly Word[] }
  | { kind: 'loop'; until: boolean; condition: List; body: List }
  | { kind: 'for'; name: string; words: readonly Word[]; body: List }
  | { kind: 'if'; branches: readonly { condition: List; body: List }[]; otherwise?: List }
  | { kind: 'group'; body: List; subshell: boolean }
);

export interface Pipeline {
  commands: readonly Command[];
  negated: boolean;
}

export interface AndOr {
  first: Pipeline;
  rest: readonly { operator: '&&' | '||'; pipeline: Pipeline }[];
}

export type List = readonly { andOr: AndOr; background: boolean }[];

/** A syntax error. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError';
  /** More lines could complete the program. */
  readonly incomplete: boolean;

  constructor(message: string, incomplete: boolean) {
    super(message);
    this.incomplete = incomplete;
  }
}
