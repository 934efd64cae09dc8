import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../model/plan.ts';
import type { World } from '../model/world.ts';
import { withEditedBody } from '../operations/debug/edited-plan.ts';
import { CliError } from './cli-error.ts';

/** Editors in kubectl's order, and the one that every POSIX system has. */
const VARIABLES = ['KUBE_EDITOR', 'EDITOR', 'VISUAL'];
const FALLBACK = 'vi';

/**
 * Lets the user edit the object before it is written. An empty file cancels. Throws DbgError (usage) if the editor fails,
 * or if the file is no longer an object of the same kind.
 */
export async function editPlan(plan: Plan, world: World, signal: AbortSignal): Promise<Plan> {
  const [first] = plan.writes;
  if (first === undefined) return plan;
  const { toYaml } = await import('../base/to-yaml.ts');
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-dbg-'));
  try {
    const file = join(directory, 'edit.yaml');
    const head = `# This is what will be sent to ${first.path}. Save an empty file to cancel.\n`;
    await writeFile(file, head + toYaml(first.body), { mode: 0o600 });
    await runEditor(file, world, signal);
    return withEditedBody(plan, await read(await readFile(file, 'utf8')));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function read(text: string): Promise<unknown> {
  const { loadYaml } = await import('../base/yaml.ts');
  let body: unknown;
  try {
    body = await loadYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
    throw new CliError(
      'usage',
      'EditFailed',
      `the edited file is not YAML: ${why}`,
      'Nothing was written; try again',
    );
  }
  if (body === undefined)
    throw new CliError('usage', 'EditFailed', 'cancelled: the file is empty, nothing was written');
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new CliError(
      'usage',
      'EditFailed',
      'the edited file is not an object',
      'Nothing was written; try again',
    );
  }
  return body;
}

async function runEditor(file: string, world: World, signal: AbortSignal): Promise<void> {
  const command = VARIABLES.map((name) => world.env[name]).find(
    (value) => value !== undefined && value !== '',
  );
  if (command === undefined && world.stdin.isTTY !== true) {
    throw new CliError(
      'usage',
      'EditFailed',
      `--edit without a terminal needs EDITOR to be set: ${FALLBACK} would wait for ever`,
      'Set EDITOR to a program that changes the file and exits',
    );
  }
  // Split into words, not run by a shell: `code --wait` works, and nothing else in the variable is executed.
  const [program = FALLBACK, ...args] = (command ?? FALLBACK).trim().split(/\s+/);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit', signal });
    child.on('error', (error) => {
      reject(
        signal.aborted
          ? (signal.reason as Error)
          : new CliError(
              'usage',
              'EditFailed',
              `cannot start the editor ${program}: ${error.message}`,
              'Set EDITOR',
            ),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new CliError(
            'usage',
            'EditFailed',
            `the editor ${program} ended with ${code}; nothing was written`,
          ),
        );
    });
  });
}
