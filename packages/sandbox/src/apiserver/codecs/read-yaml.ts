import {
  boolYaml11Tag,
  CORE_SCHEMA,
  intCoreTag,
  intYaml11Tag,
  load,
  mergeTag,
  NOT_RESOLVED,
  YAMLException,
} from 'js-yaml';

/** A text that is no YAML, in words as near to those of the server's reader as another reader knows them. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

export interface ReadYaml {
  value: unknown;
  /** What a strict reader says of keys given twice. */
  repeated: string[];
}

/** What the two readers call the same mistakes; those of words, not of grammar, are told from the line they are in. */
const PROBLEMS: readonly { pattern: RegExp; words: string; ofWords?: true }[] = [
  { pattern: /within a flow|missed comma|expected the node/, words: 'did not find expected node content' },
  { pattern: /or a document separator/, words: 'did not find expected <document start>' },
  {
    pattern: /of a mapping entry|implicit key/,
    words: 'mapping values are not allowed in this context',
    ofWords: true,
  },
  { pattern: /tab characters/, words: 'found character that cannot start any token', ofWords: true },
  { pattern: /quoted scalar/, words: 'found unexpected end of stream', ofWords: true },
  { pattern: /of a sequence entry/, words: "did not find expected '-' indicator" },
];

/** Go's integers: those of YAML 1.1 (`0644` is octal), and `0o644`; but `12:30` is a time of day to nobody. */
const goIntegerTag: typeof intYaml11Tag = {
  ...intYaml11Tag,
  resolve: (source, isExplicit, tagName) => {
    if (source.includes(':')) return NOT_RESOLVED;
    const found = intYaml11Tag.resolve(source, isExplicit, tagName);
    return found === NOT_RESOLVED ? intCoreTag.resolve(source, isExplicit, tagName) : found;
  },
};

/** The server reads YAML 1.1: `y`, `no` and `on` are booleans. */
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, goIntegerTag, mergeTag);

/** Reads YAML as the server does: of keys given twice the last counts, which only a strict reader minds. */
export function readYaml(text: string): ReadYaml {
  try {
    return { value: load(text, { schema: SCHEMA }), repeated: [] };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    if (error.reason !== 'duplicated mapping key') throw yamlError(error);
    return { value: readLenient(text), repeated: [repeatedKey(text, error)] };
  }
}

function readLenient(text: string): unknown {
  try {
    return load(text, { schema: SCHEMA, json: true });
  } catch (error) {
    throw error instanceof YAMLException ? yamlError(error) : error;
  }
}

function repeatedKey(text: string, { mark }: YAMLException): string {
  const key =
    /^[\s{-]*["']?(?<key>[^"':]*)/.exec(text.split('\n')[mark?.line ?? 0] ?? '')?.groups?.['key'] ?? '';
  return `yaml: unmarshal errors:\n  line ${(mark?.line ?? 0) + 1}: key "${key}" already set in map`;
}

function yamlError({ reason, mark }: YAMLException): YamlError {
  const known = PROBLEMS.find(({ pattern }) => pattern.test(reason));
  const line = (mark?.line ?? 0) + (known?.ofWords === true ? 1 : 0);
  const where = line === 0 ? '' : `line ${line}: `;
  return new YamlError(`yaml: ${where}${known?.words ?? reason}`);
}
