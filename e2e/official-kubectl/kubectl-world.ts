import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from 'kube-sandbox';
import { type CommandResult, runProgram } from '../command.ts';
import { officialKubectl } from '../official-kubectl.ts';
import { missingForContainers } from '../real-containers.ts';
import { TerminalProgram } from '../terminal.ts';
import { REAL_CONTEXT } from '../world.ts';
import { RunningProgram } from './running-program.ts';

/** Timeout of a command, well below that of a test file. */
const COMMAND_TIMEOUT_MS = 20_000;

/** Options of a command besides its arguments. */
export interface RunOptions {
  /** Its complete standard input. */
  input?: string;
  env?: Record<string, string>;
}

/** The official kubectl and a sandbox for it, with its own home directory. */
export interface KubectlWorld {
  sandbox: Sandbox;
  /** A directory for files of the commands, which is also their working directory. */
  directory: string;
  /** Runs kubectl until it exits, with any exit code. */
  run(args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** The standard output of a kubectl that must succeed; `input` is its standard input. */
  ok(args: readonly string[], input?: string): Promise<string>;
  /** An object of the server. */
  get<T>(...args: string[]): Promise<T>;
  /** Starts kubectl with an open standard input. */
  start(args: readonly string[], env?: Record<string, string>): RunningProgram;
  /** Starts kubectl on a pseudo-terminal. */
  terminal(args: readonly string[], env?: Record<string, string>): TerminalProgram;
  /** Writes a file into the directory; returns its path. */
  file(name: string, content: string): Promise<string>;
  stop(): Promise<void>;
}

const found = await officialKubectl();

/** Why the official kubectl cannot be tested here, for `skip`; false if it can. */
export const missing: string | false =
  REAL_CONTEXT === undefined
    ? (missingForContainers() ?? ('missing' in found ? found.missing : false))
    : 'this tests the sandbox, not a cluster';

/** Starts a sandbox with real containers and these users; the kubeconfig's own user is an administrator. */
export async function openKubectlWorld(users: readonly string[] = []): Promise<KubectlWorld> {
  if ('missing' in found) throw new Error(found.missing);
  const { path } = found;
  const directory = await mkdtemp(join(tmpdir(), 'official-kubectl-'));
  const sandbox = await startSandbox({ runtime: 'runc', users: users.map((name) => ({ name, groups: [] })) });
  const base = {
    PATH: process.env.PATH,
    HOME: directory,
    KUBECONFIG: sandbox.kubeconfig,
    TERM: 'xterm-256color',
    LANG: 'C.UTF-8',
  };
  const run: KubectlWorld['run'] = (args, { input, env = {} } = {}) =>
    runProgram(path, args, {
      env: { ...base, ...env },
      timeout: COMMAND_TIMEOUT_MS,
      ...(input === undefined ? {} : { input }),
    });
  const ok: KubectlWorld['ok'] = async (args, input) => {
    const result = await run(args, input === undefined ? {} : { input });
    assert.equal(result.code, 0, `kubectl ${args.join(' ')}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  return {
    sandbox,
    directory,
    run,
    ok,
    async get<T>(...args: string[]) {
      return JSON.parse(await ok(['get', '-o', 'json', ...args])) as T;
    },
    start: (args, env = {}) => new RunningProgram(path, args, { ...base, ...env }),
    terminal: (args, env = {}) => new TerminalProgram(path, args, { env: { ...base, ...env } }),
    async file(name, content) {
      const file = join(directory, name);
      await writeFile(file, content);
      return file;
    },
    async stop() {
      await sandbox.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
