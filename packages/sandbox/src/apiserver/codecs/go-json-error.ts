import { goQuote } from '../../machinery/go-quote.ts';

/** The message of Go's decoder for incomplete JSON. */
const UNEXPECTED_END = 'unexpected end of JSON input';

class GoJsonError extends Error {}

/** The error of Go's encoding/json for a text; undefined if it is valid JSON. */
export function goJsonError(text: string): string | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof GoJsonError) return error.message;
    throw error;
  }
}

/** Scans JSON for the first error. */
class Scanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#value();
    if (this.#peek() !== undefined) this.#refuse('after top-level value');
  }

  #value(): void {
    const first = this.#need();
    if (first === '{') this.#object();
    else if (first === '[') this.#array();
    else if (first === '"') this.#string();
    else if (first === 't') this.#literal('true');
    else if (first === 'f') this.#literal('false');
    else if (first === 'n') this.#literal('null');
    else if (first === '-' || isDigit(first)) this.#number();
    else this.#refuse('looking for beginning of value');
  }

  #object(): void {
    this.#position += 1;
    if (this.#need() === '}') {
      this.#position += 1;
      return;
    }
    for (;;) {
      if (this.#need() !== '"') this.#refuse('looking for beginning of object key string');
      this.#string();
      if (this.#need() !== ':') this.#refuse('after object key');
      this.#position += 1;
      this.#value();
      if (this.#endOf('}', 'after object key:value pair')) return;
    }
  }

  #array(): void {
    this.#position += 1;
    if (this.#need() === ']') {
      this.#position += 1;
      return;
    }
    do this.#value();
    while (!this.#endOf(']', 'after array element'));
  }

  /** After a member or element: true at the end of the object or array, false at a comma. */
  #endOf(close: string, context: string): boolean {
    const next = this.#need();
    if (next !== close && next !== ',') this.#refuse(context);
    this.#position += 1;
    return next === close;
  }

  #string(): void {
    this.#position += 1;
    for (;;) {
      const character = this.#raw();
      if (character === '"') break;
      if (character < ' ') this.#refuse('in string literal');
      if (character === '\\') this.#escape();
      this.#position += 1;
    }
    this.#position += 1;
  }

  #escape(): void {
    this.#position += 1;
    const character = this.#raw();
    if (character !== 'u') {
      if (!'bfnrt\\/"'.includes(character)) this.#refuse('in string escape code');
      return;
    }
    for (let digit = 0; digit < 4; digit += 1) {
      this.#position += 1;
      if (!/[0-9a-fA-F]/.test(this.#raw())) this.#refuse(String.raw`in \u hexadecimal character escape`);
    }
  }

  #literal(word: string): void {
    for (const [index, letter] of word.split('').entries()) {
      if (index > 0 && this.#raw() !== letter) this.#refuse(`in literal ${word} (expecting '${letter}')`);
      this.#position += 1;
    }
  }

  #number(): void {
    if (this.#text[this.#position] === '-') {
      this.#position += 1;
      if (!isDigit(this.#raw())) this.#refuse('in numeric literal');
    }
    if (this.#text[this.#position] === '0') this.#position += 1;
    else this.#digits();
    if (this.#text[this.#position] === '.') {
      this.#position += 1;
      if (!isDigit(this.#raw())) this.#refuse('after decimal point in numeric literal');
      this.#digits();
    }
    if (/[eE]/.test(this.#text[this.#position] ?? '')) {
      this.#position += 1;
      if (/[+-]/.test(this.#raw())) this.#position += 1;
      if (!isDigit(this.#raw())) this.#refuse('in exponent of numeric literal');
      this.#digits();
    }
  }

  #digits(): void {
    while (isDigit(this.#text[this.#position] ?? '')) this.#position += 1;
  }

  /** The next character that is not white space, if any. */
  #peek(): string | undefined {
    while (/[ \t\r\n]/.test(this.#text[this.#position] ?? '')) this.#position += 1;
    return this.#text[this.#position];
  }

  #need(): string {
    const next = this.#peek();
    if (next === undefined) throw new GoJsonError(UNEXPECTED_END);
    return next;
  }

  /** The current character. */
  #raw(): string {
    const next = this.#text[this.#position];
    if (next === undefined) throw new GoJsonError(UNEXPECTED_END);
    return next;
  }

  #refuse(context: string): never {
    throw new GoJsonError(`invalid character ${quoted(this.#raw())} ${context}`);
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

/** A character as quoted in Go's messages. */
function quoted(character: string): string {
  if (character === "'") return String.raw`'\''`;
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
}
