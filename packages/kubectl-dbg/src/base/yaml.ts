import type * as Yaml from 'js-yaml';
import { mayHoldMore, MOST_VALUES } from './yaml-size.ts';
import { yieldToEventLoop } from './yield-to-event-loop.ts';

/** No object of a cluster has more values; a few nested aliases can expand to billions. */
const MOST_ALIASED = 1_000_000;

/** Values of all documents together. */
const MOST_IN_ALL = 1_000_000;

/**
 * Parses one YAML document like Kubernetes' tools: YAML 1.2, but with the booleans (`y`, `on`, ...) and integers of 1.1
 * (`0644` is octal), and merge keys. The parser is loaded when first needed; nesting deeper than 100 is an error.
 */
export async function loadYaml(text: string): Promise<unknown> {
  const [first] = await loadAllYaml(text);
  return first;
}

/**
 * Parses all documents of a YAML stream, without empty ones: one after the other, so that signals are handled in between.
 * Throws for a stream that exceeds a limit.
 */
export async function loadAllYaml(text: string): Promise<unknown[]> {
  const yaml = await import('js-yaml');
  const { CORE_SCHEMA, boolYaml11Tag, loadAll, mergeTag } = yaml;
  const schema = CORE_SCHEMA.withTags(boolYaml11Tag, goIntegerTag(yaml), mergeTag);
  const loadPiece = (piece: string, lines: number): unknown[] => {
    try {
      return loadAll(piece, { schema });
    } catch (error) {
      // Again, behind as many lines as there are before it: then the error has the line numbers of the stream.
      if (lines === 0) throw error;
      return loadAll('\n'.repeat(lines) + piece, { schema });
    }
  };
  if (mayHoldMore(text, MOST_IN_ALL)) throw new Error(`it holds more than ${MOST_IN_ALL} values`);
  const documents: unknown[] = [];
  for (const { piece, lines } of pieces(text)) {
    if (mayHoldMore(piece, MOST_VALUES)) {
      throw new Error(`it has a document of more than ${MOST_VALUES} values`);
    }
    for (const document of loadPiece(piece, lines)) {
      if (document !== null && document !== undefined) documents.push(document);
    }
    if (text.length > LONG) await yieldToEventLoop();
  }
  checkSize(documents);
  return documents;
}

/** Characters that are parsed at once, if they are several documents: this takes too little time to delay signals. */
const LONG = 100_000;

/**
 * A stream's documents, some at a time, and the number of lines before them. A stream with directives, which belong to
 * the next document, is not split.
 */
function* pieces(text: string): Generator<{ piece: string; lines: number }> {
  if (text.length <= LONG || /^%/m.test(text)) return void (yield { piece: text, lines: 0 });
  let start = 0;
  let lines = 0;
  for (const { index } of text.matchAll(/(?<=[\r\n])---(?=\s)/g)) {
    if (index - start < LONG) continue;
    const piece = text.slice(start, index);
    yield { piece, lines };
    lines += piece.split(/\r\n|\r|\n/).length - 1;
    start = index;
  }
  yield { piece: text.slice(start), lines };
}

/** Go's integers: those of YAML 1.1, and `0o644`; but `12:30` is not a number. */
function goIntegerTag(yaml: typeof Yaml): typeof Yaml.intYaml11Tag {
  const { intCoreTag, intYaml11Tag } = yaml;
  return {
    ...intYaml11Tag,
    resolve(source, isExplicit, tagName) {
      if (source.includes(':')) return yaml.NOT_RESOLVED;
      const found = intYaml11Tag.resolve(source, isExplicit, tagName);
      return found === yaml.NOT_RESOLVED ? intCoreTag.resolve(source, isExplicit, tagName) : found;
    },
  };
}

/** Throws for aliases that expand to too much: each use of one counts in full. */
function checkSize(documents: readonly unknown[]): void {
  const pending: unknown[] = [...documents];
  for (let seen = 0; pending.length > 0; seen++) {
    if (seen + pending.length > MOST_ALIASED) {
      throw new Error(`its aliases stand for more than ${MOST_ALIASED} values`);
    }
    const value = pending.pop();
    // One by one: a list may have more elements than a call can have arguments.
    if (typeof value === 'object' && value !== null)
      for (const child of childrenOf(value)) pending.push(child);
  }
}

function childrenOf(value: object): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : Object.values(value);
}
