import { ShellSyntaxError, type Token, type WordPart } from './syntax.ts';

const OPERATORS = ['&&', '||', ';;', ';', '&', '|', '(', ')', '\n'];
const WORD_END = /[\s;&|()<>]/;
const REDIRECT = /(\d*)(>>|>&|<&|>|<)/y;
const NAME = /[A-Za-z_]\w*|[0-9?$!@*#]/y;
/** Characters that a backslash escapes in double quotes. */
const ESCAPED_IN_QUOTES = /[$`"\\\n]/;

/** Splits shell text into words, operators and redirections. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).run();
}

class Lexer {
  readonly #source: string;
  #at = 0;
  readonly #tokens: Token[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    while (this.#at < this.#source.length) {
      if (!this.#skipBlank()) this.#token();
    }
    return this.#tokens;
  }

  #skipBlank(): boolean {
    const char = this.#source[this.#at];
    if (char === ' ' || char === '\t' || char === '\r') this.#at += 1;
    else if (this.#source.startsWith('\\\n', this.#at)) this.#at += 2;
    else if (char === '#') this.#at = this.#indexOrEnd('\n');
    else return false;
    return true;
  }

  #token(): void {
    REDIRECT.lastIndex = this.#at;
    const redirect = REDIRECT.exec(this.#source);
    if (redirect !== null) {
      this.#at += redirect[0].length;
      const operator = redirect[2] === '<&' ? '>&' : (redirect[2] as '>' | '>>' | '<' | '>&');
      const standard = redirect[2]?.startsWith('<') === true ? 0 : 1;
      this.#tokens.push({
        kind: 'redirect',
        operator,
        fd: redirect[1] === '' ? standard : Number(redirect[1]),
      });
      return;
    }
    const operator = OPERATORS.find((text) => this.#source.startsWith(text, this.#at));
    if (operator !== undefined) {
      this.#at += operator.length;
      this.#tokens.push({ kind: 'operator', text: operator });
      return;
    }
    this.#tokens.push({ kind: 'word', word: this.#word() });
  }

  #word(): WordPart[] {
    const parts: WordPart[] = [];
    for (let char = this.#source[this.#at]; char !== undefined; char = this.#source[this.#at]) {
      if (WORD_END.test(char)) break;
      if (char === "'") {
        const end = this.#find("'", this.#at + 1);
        parts.push({ kind: 'text', text: this.#source.slice(this.#at + 1, end), quoted: true });
        this.#at = end + 1;
      } else if (char === '"') {
        this.#at += 1;
        this.#quoted(parts);
      } else if (char === '\\') {
        const next = this.#source[this.#at + 1] ?? '';
        if (next !== '\n') parts.push({ kind: 'text', text: next, quoted: true });
        this.#at += 2;
      } else if (char === '$' || char === '`') parts.push(this.#expansion(false));
      else {
        parts.push({ kind: 'text', text: char, quoted: false });
        this.#at += 1;
      }
    }
    return parts;
  }

  #quoted(parts: WordPart[]): void {
    // An empty quoted string is a word.
    parts.push({ kind: 'text', text: '', quoted: true });
    for (let char = this.#source[this.#at]; char !== '"'; char = this.#source[this.#at]) {
      if (char === undefined) throw new ShellSyntaxError('unterminated quoted string', true);
      if (char === '$' || char === '`') {
        parts.push(this.#expansion(true));
        continue;
      }
      const next = this.#source[this.#at + 1] ?? '';
      const escaped = char === '\\' && ESCAPED_IN_QUOTES.test(next);
      if (!(escaped && next === '\n'))
        parts.push({ kind: 'text', text: escaped ? next : char, quoted: true });
      this.#at += escaped ? 2 : 1;
    }
    this.#at += 1;
  }

  #expansion(quoted: boolean): WordPart {
    const source = this.#source;
    const start = this.#at;
    if (source[start] === '`') {
      const end = this.#find('`', start + 1);
      this.#at = end + 1;
      return { kind: 'command', source: source.slice(start + 1, end), quoted };
    }
    if (source.startsWith('$((', start)) {
      const end = this.#closing(start + 1);
      this.#at = end + 1;
      return { kind: 'arithmetic', expression: source.slice(start + 3, end - 1), quoted };
    }
    if (source.startsWith('$(', start)) {
      const end = this.#closing(start + 1);
      this.#at = end + 1;
      return { kind: 'command', source: source.slice(start + 2, end), quoted };
    }
    if (source.startsWith('${', start)) {
      const end = this.#find('}', start);
      this.#at = end + 1;
      const [name = '', fallback] = source.slice(start + 2, end).split(/:?-(.*)/s);
      return { kind: 'variable', name, quoted, ...(fallback === undefined ? {} : { fallback }) };
    }
    NAME.lastIndex = start + 1;
    const name = NAME.exec(source)?.[0];
    this.#at = start + 1 + (name?.length ?? 0);
    return name === undefined ? { kind: 'text', text: '$', quoted } : { kind: 'variable', name, quoted };
  }

  /** The index of the parenthesis that closes the one at `open`; quoted ones do not count. */
  #closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.#source.length; at += 1) {
      const char = this.#source[at];
      if (char === '\\') at += 1;
      else if (char === "'" || char === '"') at = this.#find(char, at + 1);
      else if (char === '(') depth += 1;
      else if (char === ')') {
        depth -= 1;
        if (depth === 0) return at;
      }
    }
    throw new ShellSyntaxError('unexpected end of file (expecting ")")', true);
  }

  #find(text: string, from: number): number {
    const at = this.#source.indexOf(text, from);
    if (at < 0) throw new ShellSyntaxError('unterminated quoted string', true);
    return at;
  }

  #indexOrEnd(text: string): number {
    const at = this.#source.indexOf(text, this.#at);
    return at < 0 ? this.#source.length : at;
  }
}
