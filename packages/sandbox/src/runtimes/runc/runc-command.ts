import { execFile } from 'node:child_process';
import { existsSync, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { programEnvironment } from '../../host/programs.ts';

/** Set to the state directory in all processes of the sandbox outside of containers. */
export const MARKER_VARIABLE = 'KUBE_SANDBOX_STATE';

/** The context in which runc and helper programs run. */
export interface RuncContext {
  stateDir: string;
  /** runc's own state. */
  root: string;
  env: NodeJS.ProcessEnv;
}

export function runcContext(stateDir: string, path?: string): RuncContext {
  return {
    stateDir,
    root: `${stateDir}/runc`,
    env: { ...programEnvironment(path), [MARKER_VARIABLE]: stateDir },
  };
}

export function runcArgv(context: RuncContext, logPath: string, ...args: string[]): string[] {
  return ['runc', '--root', context.root, '--log', logPath, '--log-format', 'json', ...args];
}

/** Runs a program until it exits. Throws an Error with its stderr. */
export async function run(context: RuncContext, argv: readonly string[], input?: string): Promise<string> {
  const [file = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { env: context.env, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${argv.join(' ')}: ${stderr.trim() || error.message}`, { cause: error }));
    });
    if (input !== undefined) child.stdin?.end(input);
  });
}

/** Waits for the pid file that runc writes when the process runs; undefined if `ended` resolves first. */
export async function waitForPidFile(path: string, ended: Promise<unknown>): Promise<number | undefined> {
  const watcher = watch(dirname(path));
  try {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (existsSync(path)) resolve();
      };
      watcher.on('change', (_type, name) => {
        if (name === basename(path)) check();
      });
      ended.then(
        () => resolve(),
        () => resolve(),
      );
      check();
    });
  } finally {
    watcher.close();
  }
  if (!existsSync(path)) return undefined;
  return Number(readFileSync(path, 'utf8'));
}

/** The last error in runc's log; undefined if there is none. */
export function lastError(logPath: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(logPath, 'utf8');
  } catch {
    return undefined;
  }
  const messages = text
    .split('\n')
    .filter((line) => line.includes('"error"'))
    .map((line) => (JSON.parse(line) as { msg?: string }).msg);
  return messages.at(-1);
}
