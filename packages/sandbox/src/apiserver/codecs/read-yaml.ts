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

/** The text is not YAML. The message is as close to that of the server's parser as possible with another parser. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
}

export interface ReadYaml {
  value: unknown;
  /** The errors of a strict parser about duplicate keys. */
  repeated: string[];
}

/** The server's messages for this parser's errors. Scanner errors (`isScannerError`) have the line of the error. */
const SERVER_MESSAGES: readonly { pattern: RegExp; words: string; isScannerError?: true }[] = [
  { pattern: /within a flow|missed comma|expected the node/, words: 'did not find expected node content' },
  { pattern: /or a document separator/, words: 'did not find expected <document start>' },
  {
    pattern: /of a mapping entry|implicit key/,
    words: 'mapping values are not allowed in this context',
    isScannerError: true,
  },
  { pattern: /tab characters/, words: 'found character that cannot start any token', isScannerError: true },
  { pattern: /quoted scalar/, words: 'found unexpected end of stream', isScannerError: true },
  { pattern: /of a sequence entry/, words: "did not find expected '-' indicator" },
];

/** Go's integers: those of YAML 1.1 (`0644` is octal) and `0o644`, but not sexagesimal ones such as `12:30`. */
const goIntegerTag: typeof intYaml11Tag = {
  ...intYaml11Tag,
  resolve: (source, isExplicit, tagName) => {
    if (source.includes(':')) return NOT_RESOLVED;
    const found = intYaml11Tag.resolve(source, isExplicit, tagName);
    return found === NOT_RESOLVED ? intCoreTag.resolve(source, isExplicit, tagName) : found;
  },
};

/** The server parses YAML 1.1: `y`, `no` and `on` are booleans. */
const SCHEMA = CORE_SCHEMA.withTags(boolYaml11Tag, goIntegerTag, mergeTag);

/** Parses YAML like the server: of duplicate keys the last one counts, which only a strict parser refuses. */
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
  const known = SERVER_MESSAGES.find(({ pattern }) => pattern.test(reason));
  const line = (mark?.line ?? 0) + (known?.isScannerError === true ? 1 : 0);
  const where = line === 0 ? '' : `line ${line}: `;
  return new YamlError(`yaml: ${where}${known?.words ?? reason}`);
}
