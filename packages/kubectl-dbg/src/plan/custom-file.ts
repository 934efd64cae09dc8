import { describeIssue } from '../base/describe-issue.ts';
import { DbgError } from '../model/failure.ts';
import type { Notice, PartialContainer } from '../model/plan.ts';
import { sanitiseShort } from '../base/sanitise.ts';
import { loadYaml } from '../base/yaml.ts';
import { mayHoldMore, MOST_VALUES } from '../base/yaml-size.ts';

/** A parsed `--custom` file. */
export interface CustomFile {
  /** Absent: the file is empty, so there is no custom profile. */
  custom?: PartialContainer;
  notices: Notice[];
}

/** Fields that determine the debug container; they have their own flags. */
const FORBIDDEN = ['name', 'image', 'command', 'lifecycle', 'volumeDevices'];

/**
 * Parses a `--custom` file: a partial container in JSON or YAML. Field names are case-insensitive; what the API's
 * container type would drop (false switches, empty text, null) is dropped here too; unknown fields are reported, not
 * used. `name` is the file's name, for messages. Throws DbgError (usage).
 */
export async function readCustomFile(text: string, name: string): Promise<CustomFile> {
  const content = await parse(text, name);
  if (content === undefined || content === null) return { notices: [] };
  const unknownFields = new Map<object, string[]>();
  const { containerSchema, safeParse } = await import('./custom-schema.ts');
  const schema = containerSchema((holder, field) => {
    unknownFields.set(holder, [...(unknownFields.get(holder) ?? []), field]);
  });
  const result = safeParse(schema, content, { abortEarly: true });
  if (!result.success) throw notAContainer(name, describeIssue(result.issues[0], 'its content'));
  const custom = result.output;
  if (FORBIDDEN.some((field) => custom[field] !== undefined)) {
    throw new DbgError(
      'usage',
      'CustomProfileForbidden',
      'name, command, image, lifecycle and volume devices are not modifiable via custom profile',
      { file: name },
    );
  }
  const unknown = [...placesOf(unknownFields, content)];
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
    'CustomProfileUnreadable',
    `must pass a container spec json file for custom profile: open ${path}: ${why}`,
    { file: path, why },
  );
}

/** Limit for a parser's message, which may quote any amount of the file. */
const MOST_WORDS = 200;

async function parse(text: string, name: string): Promise<unknown> {
  if (mayHoldMore(text, MOST_VALUES)) throw notAContainer(name, `it holds more than ${MOST_VALUES} values`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not JSON: YAML, or an empty file.
  }
  try {
    return await loadYaml(text);
  } catch (error) {
    const [why = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw notAContainer(name, sanitiseShort(why, MOST_WORDS));
  }
}

function notAContainer(name: string, why: string): DbgError {
  return new DbgError(
    'usage',
    'CustomProfileInvalid',
    `${name} does not contain a valid container spec: ${why}`,
    { file: name, why },
  );
}

/** The paths of unknown fields in a document: `securityContext.runAsUsr`. */
function* placesOf(
  unknown: ReadonlyMap<object, readonly string[]>,
  value: unknown,
  at = '',
): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const field of unknown.get(value) ?? []) yield at === '' ? field : `${at}.${field}`;
  for (const [key, entry] of Object.entries(value)) {
    yield* placesOf(
      unknown,
      entry,
      Array.isArray(value) ? `${at}[${key}]` : at === '' ? key : `${at}.${key}`,
    );
  }
}
