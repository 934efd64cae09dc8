import type { LabelRequirement } from './label-requirement.ts';
import { badRequest } from '../errors.ts';
import { tokenize, type Token } from './tokens.ts';
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts';

/** Parses the `labelSelector` of a query. Throws StatusError 400 in the server's words. */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const parser = new Parser(tokenize(text));
  try {
    return parser.parse();
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

class SelectorError extends Error {}

/** A recursive-descent parser with the messages of apimachinery's. */
class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().type === 'end') return requirements;
    for (;;) {
      const { type, text } = this.#peek();
      if (type !== 'identifier' && type !== '!') {
        throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next.type === 'end') return requirements;
      if (next.type !== ',') {
        throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      }
      const after = this.#peek();
      if (after.type !== 'identifier' && after.type !== '!') {
        throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().type === '!';
    if (negated) this.#next();
    const token = this.#next();
    if (token.type !== 'identifier') throw new SelectorError(`found '${token.text}', expected: identifier`);
    const key = token.text;
    const problem = labelKeyProblem(key);
    if (problem !== undefined) {
      throw new SelectorError(`<nil>: Invalid value: ${JSON.stringify(key)}: ${problem}`);
    }
    const { type } = this.#peek();
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    if (type === 'end' || type === ',') return { key, operator: 'Exists', values: [] };
    return this.#comparison(key);
  }

  #comparison(key: string): LabelRequirement {
    const operator = this.#next();
    switch (operator.type) {
      case '=':
      case '==':
        return requirement(key, 'In', [this.#exactValue()]);
      case '!=':
        return requirement(key, 'NotIn', [this.#exactValue()]);
      case 'in':
        return requirement(key, 'In', this.#values());
      case 'notin':
        return requirement(key, 'NotIn', this.#values());
      case '>':
        return requirement(key, 'GreaterThan', [this.#exactValue()]);
      case '<':
        return requirement(key, 'LessThan', [this.#exactValue()]);
      default:
        throw new SelectorError(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`);
    }
  }

  #exactValue(): string {
    const { type, text } = this.#peek(true);
    if (type === 'end' || type === ',') return '';
    if (type !== 'identifier') throw new SelectorError(`found '${text}', expected: identifier`);
    this.#next();
    return text;
  }

  #values(): string[] {
    const open = this.#next();
    if (open.type !== '(') throw new SelectorError(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const { type, text } = this.#next(true);
      if (type === ')') return values.length === 0 ? [''] : values;
      if (type === ',') continue;
      if (type !== 'identifier') throw new SelectorError(`found '${text}', expected: ',', or identifier`);
      values.push(text);
    }
  }

  /** Where a value is expected, `in` and `notin` are identifiers. */
  #peek(values = false): Token {
    const token = this.#tokens[this.#position] ?? { type: 'end', text: '' };
    return values && (token.type === 'in' || token.type === 'notin')
      ? { type: 'identifier', text: token.text }
      : token;
  }

  #next(values = false): Token {
    const token = this.#peek(values);
    this.#position += 1;
    return token;
  }
}

function requirement(
  key: string,
  operator: LabelRequirement['operator'],
  values: readonly string[],
): LabelRequirement {
  if ((operator === 'GreaterThan' || operator === 'LessThan') && !/^[+-]?\d+$/.test(values[0] ?? '')) {
    throw new SelectorError(
      `values[0]: Invalid value: ${JSON.stringify(values[0] ?? '')}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  }
  for (const [index, value] of values.entries()) {
    const problem = labelValueProblem(value);
    if (problem !== undefined) {
      throw new SelectorError(
        `values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${problem}`,
      );
    }
  }
  return { key, operator, values: values.toSorted() };
}
