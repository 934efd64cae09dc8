import { tokenize } from './lexer.ts';
import {
  type AndOr,
  type Command,
  type List,
  type Pipeline,
  type Redirect,
  ShellSyntaxError,
  type Token,
  type Word,
} from './syntax.ts';

const ASSIGNMENT = /^([A-Za-z_]\w*)=/;
/** Reserved words that end a list if they are in the position of a command. */
const TERMINATORS = new Set(['do', 'done', 'then', 'elif', 'else', 'fi', '}']);

/** Parses a program in the subset of the POSIX shell language that simulated containers support. */
export function parseProgram(source: string): List {
  const parser = new Parser(tokenize(source));
  return parser.program();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  program(): List {
    const list = this.#list();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return list;
  }

  #list(): List {
    const items: { andOr: AndOr; background: boolean }[] = [];
    this.#newlines();
    while (this.#at < this.#tokens.length && !this.#isOperator(')') && !TERMINATORS.has(this.#reserved())) {
      const andOr = this.#andOr();
      const background = this.#take('&');
      items.push({ andOr, background });
      if (!background && !this.#take(';') && !this.#isOperator('\n')) break;
      this.#newlines();
    }
    return items;
  }

  #andOr(): AndOr {
    const first = this.#pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      const operator = this.#take('&&') ? '&&' : this.#take('||') ? '||' : undefined;
      if (operator === undefined) return { first, rest };
      this.#newlines();
      rest.push({ operator, pipeline: this.#pipeline() });
    }
  }

  #pipeline(): Pipeline {
    const negated = this.#takeReserved('!');
    const commands = [this.#command()];
    while (this.#take('|')) {
      this.#newlines();
      commands.push(this.#command());
    }
    return { commands, negated };
  }

  #command(): Command {
    const compound = this.#compound();
    if (compound === undefined) return this.#simple();
    const redirects: Redirect[] = [];
    for (let redirect = this.#redirect(); redirect !== undefined; redirect = this.#redirect()) {
      redirects.push(redirect);
    }
    return { ...compound, redirects };
  }

  #compound(): Command | undefined {
    const redirects: Redirect[] = [];
    if (this.#take('(')) {
      const body = this.#list();
      if (!this.#take(')')) throw this.#unexpected();
      return { kind: 'group', body, subshell: true, redirects };
    }
    const word = this.#reserved();
    switch (word) {
      case '{': {
        this.#at += 1;
        const body = this.#list();
        this.#expect('}');
        return { kind: 'group', body, subshell: false, redirects };
      }
      case 'while':
      case 'until': {
        this.#at += 1;
        const condition = this.#list();
        return { kind: 'loop', until: word === 'until', condition, body: this.#doGroup(), redirects };
      }
      case 'for':
        return this.#for();
      case 'if':
        return this.#if();
      default:
        return undefined;
    }
  }

  #for(): Command {
    this.#at += 1;
    const name = this.#reserved();
    this.#at += 1;
    const words: Word[] = [];
    this.#newlines();
    this.#expect('in');
    for (let word = this.#word(); word !== undefined; word = this.#word()) words.push(word);
    this.#take(';');
    this.#newlines();
    return { kind: 'for', name, words, body: this.#doGroup(), redirects: [] };
  }

  #if(): Command {
    const branches: { condition: List; body: List }[] = [];
    while (this.#takeReserved('if') || this.#takeReserved('elif')) {
      const condition = this.#list();
      this.#expect('then');
      branches.push({ condition, body: this.#list() });
    }
    const otherwise = this.#takeReserved('else') ? this.#list() : undefined;
    this.#expect('fi');
    return { kind: 'if', branches, redirects: [], ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #doGroup(): List {
    this.#expect('do');
    const body = this.#list();
    this.#expect('done');
    return body;
  }

  #simple(): Command {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const redirect = this.#redirect();
      if (redirect !== undefined) {
        redirects.push(redirect);
        continue;
      }
      const word = this.#word();
      if (word === undefined) break;
      const assignment = words.length === 0 ? splitAssignment(word) : undefined;
      if (assignment === undefined) words.push(word);
      else assignments.push(assignment);
    }
    if (assignments.length + words.length + redirects.length === 0) throw this.#unexpected();
    return { kind: 'simple', assignments, words, redirects };
  }

  #redirect(): Redirect | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'redirect') return undefined;
    this.#at += 1;
    const target = this.#word();
    if (target === undefined) throw this.#unexpected();
    return { fd: token.fd, operator: token.operator, target };
  }

  #word(): Word | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word') return undefined;
    this.#at += 1;
    return token.word;
  }

  /** The text of an unquoted word, otherwise ''. */
  #reserved(): string {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' ? plainText(token.word) : '';
  }

  #takeReserved(text: string): boolean {
    if (this.#reserved() !== text) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takeReserved(text)) throw this.#unexpected();
  }

  #isOperator(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'operator' && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#isOperator(text)) return false;
    this.#at += 1;
    return true;
  }

  #newlines(): void {
    while (this.#take('\n'));
  }

  #unexpected(): ShellSyntaxError {
    const token = this.#tokens[this.#at];
    if (token === undefined) return new ShellSyntaxError('syntax error: unexpected end of file', true);
    const text =
      token.kind === 'word' ? plainText(token.word) : token.kind === 'operator' ? token.text : token.operator;
    return new ShellSyntaxError(
      text === '\n' ? 'syntax error: unexpected newline' : `syntax error: unexpected "${text}"`,
      false,
    );
  }
}

function plainText(word: Word): string {
  return word.every((part) => part.kind === 'text' && !part.quoted)
    ? word.map((part) => (part.kind === 'text' ? part.text : '')).join('')
    : '';
}

function splitAssignment(word: Word): { name: string; value: Word } | undefined {
  let prefix = '';
  for (const [index, part] of word.entries()) {
    if (part.kind !== 'text' || part.quoted) return undefined;
    prefix += part.text;
    const match = ASSIGNMENT.exec(prefix);
    if (match?.[1] !== undefined) return { name: match[1], value: word.slice(index + 1) };
  }
  return undefined;
}
