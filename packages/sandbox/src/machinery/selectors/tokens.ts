/** A token of a label selector; the type of an operator is the operator. */
export interface Token {
  type: 'identifier' | 'end' | '!' | '=' | '==' | '!=' | '>' | '<' | '(' | ')' | ',' | 'in' | 'notin';
  text: string;
}

const OPERATORS = new Set(['=', '==', '!=', '>', '<', '(', ')', ',', '!']);
const TOKEN = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+))/y;

/** Splits a label selector into tokens. `in` and `notin` are operators; a parser that expects a value may take them as one. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, operator, word] = match;
    if (operator !== undefined && OPERATORS.has(operator)) {
      tokens.push({ type: operator as Token['type'], text: operator });
    } else if (word === 'in' || word === 'notin') {
      tokens.push({ type: word, text: word });
    } else {
      tokens.push({ type: 'identifier', text: word ?? '' });
    }
  }
  return [...tokens, { type: 'end', text: '' }];
}
