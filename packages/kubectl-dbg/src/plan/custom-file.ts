import { DbgError } from '../errors.ts';
import { CONTAINER, type FieldType } from './custom-schema.ts';
import type { Notice, PartialContainer } from './types.ts';
import { loadYaml } from './yaml.ts';

/** A `--custom` file, read. */
export interface CustomFile {
  /** Absent: the file is empty, so there is no custom profile. */
  custom?: PartialContainer;
  notices: Notice[];
}

/** Fields that decide what the debug container is; those are said on the command line. */
const FORBIDDEN = ['name', 'image', 'command', 'lifecycle', 'volumeDevices'];

/**
 * Reads the text of a `--custom` file: a partial container in JSON or YAML. Field names are matched in any letter
 * case; what the API's container type would lose (false switches, empty text, null) is lost here too; unknown fields
 * are told, not used. `name` is the file's, for messages. Throws DbgError (usage).
 */
export async function readCustomFile(text: string, name: string): Promise<CustomFile> {
  const content = await parse(text, name);
  if (content === undefined || content === null) return { notices: [] };
  const unknown: string[] = [];
  const problems: string[] = [];
  const custom = readObject(content, CONTAINER, '', { unknown, problems });
  if (custom === undefined || problems.length > 0) {
    throw notAContainer(name, problems[0] ?? 'it is no object');
  }
  if (FORBIDDEN.some((field) => custom[field] !== undefined)) {
    throw new DbgError(
      'usage',
      'name, command, image, lifecycle and volume devices are not modifiable via custom profile',
      { remedy: `Take them out of ${name}; --container, --image and the words after -- set them` },
    );
  }
  const notices: Notice[] =
    unknown.length === 0
      ? []
      : [
          {
            level: 'warning',
            code: 'custom-unknown',
            text: `${name} has fields that no container has: ${unknown.join(', ')}.`,
          },
        ];
  return { custom, notices };
}

/** The error for a `--custom` file that can't be read; `why` such as `no such file or directory`. */
export function unreadableCustomFile(path: string, why: string): DbgError {
  return new DbgError(
    'usage',
    `must pass a container spec json file for custom profile: open ${path}: ${why}`,
    {
      remedy: 'Name a file that you can read',
    },
  );
}

async function parse(text: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: YAML, or an empty file.
  }
  try {
    return await loadYaml(text);
  } catch (error) {
    throw notAContainer(name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
}

function notAContainer(name: string, why: string): DbgError {
  return new DbgError('usage', `${name} does not contain a valid container spec: ${why}`, {
    remedy: 'Write the fields of one container at the top level',
  });
}

/** What was found on the way. */
interface Findings {
  unknown: string[];
  problems: string[];
}

/** A value as its type has it; undefined where it says nothing. */
function readValue(value: unknown, type: FieldType, path: string, findings: Findings): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof type === 'string') return readScalar(value, type, path, findings);
  if ('object' in type) return readObject(value, type.object, path, findings);
  if ('map' in type) {
    if (!isObject(value)) return problem(findings, path, 'an object');
    const entries = Object.entries(value).map(([key, entry]) => {
      const read = readScalar(entry, 'text?', `${path}.${key}`, findings);
      return [key, read] as const;
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (!Array.isArray(value)) return problem(findings, path, 'a list');
  const entries = value.map((entry, index) => readListEntry(entry, type.list, `${path}[${index}]`, findings));
  return entries.length === 0 ? undefined : entries;
}

/** Entries of a list keep their zero values: an empty argument is an argument. */
function readListEntry(entry: unknown, type: FieldType, path: string, findings: Findings): unknown {
  if (type === 'text') return readScalar(entry, 'text?', path, findings) ?? '';
  return readValue(entry, type, path, findings) ?? {};
}

function readObject(
  value: unknown,
  fields: Readonly<Record<string, FieldType>>,
  path: string,
  findings: Findings,
): Record<string, unknown> | undefined {
  if (!isObject(value)) {
    problem(findings, path, 'an object');
    return undefined;
  }
  const names = Object.keys(fields);
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const name =
      names.find((field) => field === key) ??
      names.find((field) => field.toLowerCase() === key.toLowerCase());
    const at = path === '' ? key : `${path}.${key}`;
    const type = name === undefined ? undefined : fields[name];
    if (name === undefined || type === undefined) {
      findings.unknown.push(at);
      continue;
    }
    const read = readValue(entry, type, at, findings);
    if (read !== undefined) result[name] = read;
  }
  return result;
}

function readScalar(value: unknown, type: string, path: string, findings: Findings): unknown {
  const pointer = type.endsWith('?');
  switch (type) {
    case 'flag':
    case 'flag?':
      if (typeof value !== 'boolean') return problem(findings, path, 'true or false');
      return value || pointer ? value : undefined;
    case 'number':
    case 'number?':
      if (typeof value !== 'number' || !Number.isInteger(value))
        return problem(findings, path, 'a whole number');
      return value !== 0 || pointer ? value : undefined;
    case 'port':
      if (typeof value !== 'number' && typeof value !== 'string') return problem(findings, path, 'a port');
      return value;
    default: {
      // A bare number or boolean where text is wanted is taken as its text.
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        return problem(findings, path, 'text');
      }
      const text = String(value);
      return text !== '' || pointer ? text : undefined;
    }
  }
}

function problem(findings: Findings, path: string, wanted: string): undefined {
  findings.problems.push(`${path === '' ? 'its content' : path} must be ${wanted}`);
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
