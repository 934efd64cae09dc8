import { ShellSyntaxError } from './syntax.ts';

const TOKEN = /\s*(\d+|[A-Za-z_]\w*|[<>=!]=|&&|\|\||[-+*/%()<>!?:])/y;

/** Operators by ascending precedence. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '||': (a, b) => Number(a !== 0 || b !== 0),
  '&&': (a, b) => Number(a !== 0 && b !== 0),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => divide(a, b),
  '%': (a, b) => a - divide(a, b) * b,
};

/** Evaluates the content of `$((...))`: integers, variables, + - * / % comparisons, && || ! and parentheses. */
export function evaluate(expression: string, lookUp: (name: string) => string): number {
  const tokens = tokenize(expression);
  let at = 0;
  const level = (index: number): number => {
    const operators = LEVELS[index];
    if (operators === undefined) return primary();
    let value = level(index + 1);
    for (
      let operator = tokens[at];
      operator !== undefined && operators.includes(operator);
      operator = tokens[at]
    ) {
      at += 1;
      value = OPERATIONS[operator]?.(value, level(index + 1)) ?? 0;
    }
    return value;
  };
  const primary = (): number => {
    const token = tokens[at];
    at += 1;
    if (token === undefined) throw new ShellSyntaxError('arithmetic syntax error', false);
    if (token === '-') return -primary();
    if (token === '+') return primary();
    if (token === '!') return Number(primary() === 0);
    if (token === '(') {
      const value = level(0);
      if (tokens[at] !== ')') throw new ShellSyntaxError('arithmetic syntax error', false);
      at += 1;
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (/^\w/.test(token)) return Number(lookUp(token)) || 0;
    throw new ShellSyntaxError('arithmetic syntax error', false);
  };
  if (tokens.length === 0) return 0;
  const value = level(0);
  if (at < tokens.length) throw new ShellSyntaxError('arithmetic syntax error', false);
  return value;
}

function tokenize(expression: string): string[] {
  const tokens: string[] = [];
  // `$i` and `i` are equivalent here.
  const text = expression.replaceAll('$', '');
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) throw new ShellSyntaxError('arithmetic syntax error', false);
    tokens.push(match[1]);
  }
  return tokens;
}

function divide(a: number, b: number): number {
  if (b === 0) throw new ShellSyntaxError('divide by zero', false);
  return Math.trunc(a / b);
}
