import { readdirSync, readFileSync } from 'node:fs';

/** The declaration of a failure code in model/failures/. */
export interface DeclaredCode {
  code: string;
  /** The kind of failure, which determines the exit code. */
  kind: string;
  /** The type of its facts; empty if it has none. */
  facts: string;
  meaning: string;
}

/** The codes declared in one file. */
export interface DeclaredRoom {
  name: string;
  /** The subject of these failures. */
  about: string;
  codes: DeclaredCode[];
}

const DIRECTORY = new URL('../model/failures/', import.meta.url);
/** Failures of the program only; they are listed last. */
const PROGRAM = 'command-line.ts';
const NOT_ROOMS = new Set(['index.ts', 'meaning.ts']);

/** Parses the declarations of all codes: they are types, which don't exist at run time. */
export function readDeclaredCodes(): DeclaredRoom[] {
  return readdirSync(DIRECTORY)
    .filter((file) => !NOT_ROOMS.has(file))
    .toSorted((a, b) => Number(a === PROGRAM) - Number(b === PROGRAM) || a.localeCompare(b))
    .map((file) => readRoom(file.replace('.ts', ''), readFileSync(new URL(file, DIRECTORY), 'utf8')));
}

function readRoom(name: string, source: string): DeclaredRoom {
  const declaration = /\/\*\* ([^*]*) \*\/\nexport interface \w+Failures \{\n([\s\S]*?)\n\}/.exec(source);
  if (declaration === null) throw new Error(`${name} declares no failures`);
  const [, about = '', body = ''] = declaration;
  const local = localTypes(source.replace(declaration[0], ''));
  const entry = /\/\*\* ([\s\S]*?) \*\/\s+(\w+): (\w+)(?:<([\s\S]*?)>)?;(?=\n {2}\/\*\*|$)/g;
  const codes = [...body.matchAll(entry)].map(([, meaning = '', code = '', kind = '', facts = '']) => ({
    code,
    kind: kind.charAt(0).toLowerCase() + kind.slice(1),
    facts: inline(facts, local),
    meaning: oneLine(meaning.replaceAll('\n   *', ' ')),
  }));
  return { name, about: oneLine(about), codes };
}

/** The interfaces and types of a file, in inline form. */
function localTypes(source: string): Map<string, string> {
  const plain = source.replace(/\/\*[\s\S]*?\*\//g, '');
  const types = new Map<string, string>();
  for (const [, name = '', body = ''] of plain.matchAll(/interface (\w+) \{([^}]*)\}/g)) {
    types.set(name, `{ ${oneLine(body).replace(/;$/, '')} }`);
  }
  for (const [, name = '', body = ''] of plain.matchAll(/type (\w+) =([^;]*);/g)) {
    types.set(name, oneLine(body).replace(/^\| /, ''));
  }
  return types;
}

function inline(facts: string, local: ReadonlyMap<string, string>): string {
  const placed = oneLine(facts).replace(/\b[A-Z]\w+\b/g, (word) => local.get(word) ?? word);
  // `{ a: A } & { b: B }` is one object.
  return placed.replace(/;? \} & \{ /g, '; ').replace(/; \}$/, ' }');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** docs/failures.md. */
export function renderDeclaredCodes(): string {
  const rooms = readDeclaredCodes().flatMap(({ about, codes }) => [
    `## ${about.replace(/\.$/, '')}`,
    '',
    ...codes.map(
      ({ code, kind, facts, meaning }) =>
        `- \`${code}\` (${kind}): ${meaning}${facts === '' ? '' : ` \`${facts}\``}`,
    ),
    '',
  ]);
  return [
    '# Codes of failures',
    '',
    '<!-- Written by scripts/failures.mjs from the types below model/failures/; do not edit. -->',
    '',
    'Every failure has a code that stays the same in every version: `code` of a `DbgError`, `failure.code` of an outcome, of',
    "the library's and of `-o json`. In brackets stands the name of its [exit code](exit-codes.md), then what it means, then",
    'the type of its `facts`. New codes and facts may be added.',
    '',
    ...rooms,
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}
