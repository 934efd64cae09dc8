import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DbgError } from '../errors.ts';
import type { Plan, Write } from '../plan/index.ts';
import type { World } from '../world.ts';

/** Editors in the order kubectl asks for them, and the one that every POSIX system has. */
const VARIABLES = ['KUBE_EDITOR', 'EDITOR', 'VISUAL'];
const FALLBACK = 'vi';

/**
 * Lets the user change what will be written, in an editor, before it is. An empty file calls everything off.
 * Throws DbgError (usage) for an editor that fails, and for a file that is not YAML any more.
 */
export async function editPlan(plan: Plan, world: World): Promise<Plan> {
  const [first, ...others] = plan.writes;
  if (first === undefined) return plan;
  const { toYaml } = await import('./to-yaml.ts');
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-dbg-'));
  try {
    const file = join(folder, 'edit.yaml');
    const head = `# This is what will be sent to ${first.path}. An empty file calls it off.\n`;
    await writeFile(file, head + toYaml(first.body), { mode: 0o600 });
    await runEditor(file, world);
    const body = await read(await readFile(file, 'utf8'));
    return { ...plan, writes: [{ ...first, body } satisfies Write, ...others] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function read(text: string): Promise<unknown> {
  const { loadYaml } = await import('../plan/yaml.ts');
  let body: unknown;
  try {
    body = await loadYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
    throw new DbgError('usage', `what was edited is not YAML: ${why}`, {
      remedy: 'Nothing was written; try again',
    });
  }
  if (body === undefined)
    throw new DbgError('usage', 'called off: the file was left empty, nothing was written');
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new DbgError('usage', 'what was edited is not an object', {
      remedy: 'Nothing was written; try again',
    });
  }
  return body;
}

async function runEditor(file: string, world: World): Promise<void> {
  const command = VARIABLES.map((name) => world.env[name]).find(
    (value) => value !== undefined && value !== '',
  );
  if (command === undefined && world.stdin.isTTY !== true) {
    throw new DbgError(
      'usage',
      `--edit without a terminal needs an editor of its own, ${FALLBACK} would wait for ever`,
      {
        remedy: 'Set EDITOR to a program that changes the file and ends',
      },
    );
  }
  // Words, not a shell's line: `code --wait` works, and nothing else in the variable is run.
  const [program = FALLBACK, ...args] = (command ?? FALLBACK).trim().split(/\s+/);
  await new Promise<void>((resolve, reject) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit' });
    child.on('error', (error) => {
      reject(
        new DbgError('usage', `cannot start the editor ${program}: ${error.message}`, {
          remedy: 'Set EDITOR',
        }),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new DbgError('usage', `the editor ${program} ended with ${code}; nothing was written`));
    });
  });
}
