import { expandText, expandWords, type Expansion } from './expand.ts';
import { LoopJump } from './loop-jump.ts';
import type { Io } from './process.ts';
import { openRedirects, RedirectError } from './redirect.ts';
import type { Shell } from './shell.ts';
import { Pipe } from './streams.ts';
import type { AndOr, Command, List, Pipeline } from './syntax.ts';

/** Runs commands in a shell; returns the exit code of the last. */
export async function execute(shell: Shell, list: List, io: Io): Promise<number> {
  for (const { andOr, background } of list) {
    if (background) {
      const child = shell.fork();
      const task = runAndOr(child, andOr, { ...io, stdin: Pipe.of(Buffer.alloc(0)) });
      shell.addBackground(task);
      shell.status = 0;
    } else shell.status = await runAndOr(shell, andOr, io);
    await shell.betweenCommands(io);
  }
  return shell.status;
}

async function runAndOr(shell: Shell, { first, rest }: AndOr, io: Io): Promise<number> {
  shell.status = await runPipeline(shell, first, io);
  for (const { operator, pipeline } of rest) {
    if ((shell.status === 0) === (operator === '&&')) shell.status = await runPipeline(shell, pipeline, io);
  }
  return shell.status;
}

async function runPipeline(shell: Shell, { commands, negated }: Pipeline, io: Io): Promise<number> {
  const [only] = commands;
  const status =
    commands.length === 1 && only !== undefined
      ? await runOne(shell, only, io)
      : await runPiped(shell, commands, io);
  if (!negated) return status;
  return status === 0 ? 1 : 0;
}

async function runPiped(shell: Shell, commands: readonly Command[], io: Io): Promise<number> {
  let stdin = io.stdin;
  const running = commands.map(async (command, index) => {
    const input = stdin;
    const last = index === commands.length - 1;
    const pipe = new Pipe();
    stdin = pipe;
    const own: Io = { ...io, stdin: input, stdout: last ? io.stdout : pipe };
    const child = shell.fork();
    try {
      return await runOne(child, command, own);
    } catch (error) {
      return await child.endOf(error, own);
    } finally {
      pipe.end();
      if (index > 0) input.close();
    }
  });
  const statuses = await Promise.all(running);
  return statuses.at(-1) ?? 0;
}

async function runOne(shell: Shell, command: Command, outer: Io): Promise<number> {
  const expansion = shell.expansion(outer);
  let io = outer;
  try {
    if (command.redirects.length > 0) {
      io = await openRedirects(command.redirects, outer, shell.machine, expansion);
    }
  } catch (error) {
    if (!(error instanceof RedirectError)) throw error;
    await shell.complain(outer, error.message);
    return 1;
  }
  switch (command.kind) {
    case 'simple':
      return runSimple(shell, command, io, expansion);
    case 'group':
      if (!command.subshell) return execute(shell, command.body, io);
      return runSubshell(shell, command.body, io);
    case 'if':
      for (const { condition, body } of command.branches) {
        if ((await execute(shell, condition, io)) === 0) return execute(shell, body, io);
      }
      return command.otherwise === undefined ? 0 : execute(shell, command.otherwise, io);
    case 'for':
      for (const value of await expandWords(command.words, expansion)) {
        shell.variables.set(command.name, value);
        if (!(await runIteration(shell, command.body, io))) break;
      }
      return shell.status;
    case 'loop':
      while (((await execute(shell, command.condition, io)) === 0) !== command.until) {
        if (!(await runIteration(shell, command.body, io))) break;
      }
      return 0;
  }
}

/** One iteration of a loop; false ends the loop. */
async function runIteration(shell: Shell, body: List, io: Io): Promise<boolean> {
  try {
    await execute(shell, body, io);
    return true;
  } catch (error) {
    if (error instanceof LoopJump) return error.again;
    throw error;
  }
}

async function runSubshell(shell: Shell, body: List, io: Io): Promise<number> {
  const child = shell.fork();
  try {
    return await execute(child, body, io);
  } catch (error) {
    return child.endOf(error, io);
  }
}

async function runSimple(
  shell: Shell,
  command: Extract<Command, { kind: 'simple' }>,
  io: Io,
  expansion: Expansion,
): Promise<number> {
  const [name, ...args] = await expandWords(command.words, expansion);
  const values: [string, string][] = [];
  for (const { name: variable, value } of command.assignments) {
    values.push([variable, await expandText(value, expansion)]);
  }
  if (name === undefined) {
    for (const [variable, value] of values) shell.assign(variable, value);
    // `x=$(false)` has the status of the command substitution.
    return command.assignments.some(({ value }) => value.some((part) => part.kind === 'command'))
      ? shell.status
      : 0;
  }
  const builtin = shell.builtin(name);
  if (builtin !== undefined) return builtin(shell, args, io);
  return shell.runCommand([name, ...args], io, values);
}
