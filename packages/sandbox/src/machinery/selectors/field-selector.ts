import { goQuote } from '../go-quote.ts';
import type { KubeObject } from '../objects.ts';
import { badRequest } from '../errors.ts';

/** One condition on a field of an object. */
export interface FieldRequirement {
  field: string;
  operator: '=' | '!=';
  value: string;
}

export type FieldReaders = Readonly<Record<string, (object: KubeObject) => string>>;

/** The fields that selectors of every kind support. */
const METADATA_FIELDS: FieldReaders = {
  'metadata.name': ({ metadata }) => metadata.name ?? '',
  'metadata.namespace': ({ metadata }) => metadata.namespace ?? '',
};

/** Parses the `fieldSelector` of a query. Throws StatusError 400 for bad syntax and unsupported fields. */
export function parseFieldSelector(text: string, readers: FieldReaders): FieldRequirement[] {
  const terms = splitTerms(text).filter((term) => term !== '');
  const requirements = terms.map((term) => parseTerm(term));
  for (const { field } of requirements) {
    if (!(field in METADATA_FIELDS) && !(field in readers)) {
      throw badRequest(unknownField(field, readers));
    }
  }
  return requirements;
}

/** Kinds without field selectors of their own have another message. */
function unknownField(field: string, readers: FieldReaders): string {
  if (Object.keys(readers).length > 0) return `field label not supported: ${field}`;
  const known = Object.keys(METADATA_FIELDS).map(goQuote).join(', ');
  return `${goQuote(field)} is not a known field selector: only ${known}`;
}

export function matchesFields(
  requirements: readonly FieldRequirement[],
  readers: FieldReaders,
  object: KubeObject,
): boolean {
  return requirements.every(({ field, operator, value }) => {
    const read = METADATA_FIELDS[field] ?? readers[field];
    const equal = (read?.(object) ?? '') === value;
    return operator === '=' ? equal : !equal;
  });
}

/** Splits at commas that are not escaped by a backslash. */
function splitTerms(text: string): string[] {
  return text.match(/(?:\\.|[^,\\])+/g) ?? [];
}

function parseTerm(term: string): FieldRequirement {
  const match = /^(?<field>(?:\\.|[^=!\\])*)(?<operator>!=|==|=)(?<value>.*)$/s.exec(term);
  if (match?.groups === undefined) {
    throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  }
  const { field = '', operator = '', value = '' } = match.groups;
  return { field, operator: operator === '!=' ? '!=' : '=', value: unescape(value) };
}

function unescape(value: string): string {
  const bad = /^(?:[^\\]|\\[\\,=])*(?<sequence>\\(?:[^\\,=]|$))/su.exec(value)?.groups?.['sequence'];
  if (bad !== undefined) throw badRequest(`invalid field selector: invalid escape sequence: ${bad}`);
  return value.replaceAll(/\\([\\,=])/g, '$1');
}
