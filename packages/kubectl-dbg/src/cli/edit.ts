import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeText } from '../base/decode-text.ts';
import { readFileAtOnce } from '../base/read-file.ts';
import type { OnEvent } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { World } from '../model/world.ts';
import { withEditedBody } from '../operations/debug/edited-plan.ts';
import { CliError } from './cli-error.ts';
import { type EditorSettings, runEditor } from './editor.ts';

/** An object of a cluster is not larger. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/** A plan as the user has edited it. */
export interface EditedPlan {
  plan: Plan;
  /** Saves what the user has written, and says where: to be called if it is refused. */
  keep(): Promise<void>;
}

/**
 * Lets the user edit the object before it is written. An empty file cancels. Throws DbgError (usage) if the editor fails,
 * or if the file is no longer an object of the same kind: then what the user has written is kept.
 */
export async function editPlan(
  plan: Plan,
  world: World,
  settings: EditorSettings & { on: OnEvent },
): Promise<EditedPlan> {
  const [first] = plan.writes;
  if (first === undefined) return { plan, keep: () => Promise.resolve() };
  const { toYaml } = await import('../base/to-yaml.ts');
  const head = `# This is what will be sent to ${first.path}. Save an empty file to cancel.\n`;
  const before = head + toYaml(first.body);
  const { directory, file } = await makeFile(before);
  let isKept = false;
  try {
    await runEditor(file, world, settings);
    const after = read(file);
    try {
      const edited = withEditedBody(plan, await parse(after));
      const keep = async () => {
        if (after !== before) tellKept((await makeFile(after)).file, settings.on);
      };
      return { plan: edited, keep };
    } catch (error) {
      isKept = after !== before && !isCancelled(error);
      throw error;
    }
  } finally {
    if (!isKept) await rm(directory, { recursive: true, force: true });
    else tellKept(file, settings.on);
  }
}

function tellKept(file: string, on: OnEvent): void {
  on({ kind: 'notice', code: 'edit-kept', text: `What you have written is kept in ${file}`, always: true });
}

/** In a directory of its own, which editors also use for their own files. */
async function makeFile(content: string): Promise<{ directory: string; file: string }> {
  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-'));
    const file = join(directory, 'edit.yaml');
    await writeFile(file, content, { mode: 0o600 });
    return { directory, file };
  } catch (error) {
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    throw new CliError(
      'usage',
      'EditFailed',
      `cannot write a file for the editor in ${tmpdir()}: ${(error as Error).message}`,
      'Set TMPDIR to a directory that can be written',
      error,
    );
  }
}

/** The editor may have put anything in the file's place. */
function read(file: string): string {
  try {
    return decodeText(readFileAtOnce(file, LIMIT_BYTES));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = REASONS[code ?? ''] ?? message;
    throw new CliError(
      'usage',
      'EditFailed',
      `cannot read what the editor has left: ${why}`,
      'Nothing was written; try again',
      error,
    );
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file is gone',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENXIO: 'it is not a regular file',
};

/** Thrown for an empty file. */
class Cancelled extends CliError<'EditFailed'> {
  constructor() {
    super('usage', 'EditFailed', 'cancelled: the file is empty, nothing was written');
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof Cancelled;
}

async function parse(text: string): Promise<unknown> {
  const { loadAllYaml } = await import('../base/yaml.ts');
  let documents: unknown[];
  try {
    documents = await loadAllYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
    throw unusable(`is not YAML: ${why}`);
  }
  const [body] = documents;
  if (body === undefined) throw new Cancelled();
  if (documents.length > 1) throw unusable(`contains ${documents.length} objects instead of one`);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw unusable('is not an object');
  return body;
}

function unusable(what: string): Error {
  return new CliError('usage', 'EditFailed', `the edited file ${what}`, 'Nothing was written; try again');
}
