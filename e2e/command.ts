import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program as users run it: the script that npm links. */
export const KUBECTL_DBG = fileURLToPath(
  new URL('../packages/kubectl-dbg/bin/kubectl-dbg.cjs', import.meta.url),
);

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env: Record<string, string | undefined>;
  /** The complete standard input; default: empty. */
  input?: string | Uint8Array;
  timeout?: number;
  /** Called with all of stderr so far whenever there is more. */
  onStderr?: (text: string) => void;
}

/** Runs kubectl-dbg without a terminal. */
export function runDbg(args: readonly string[], options: RunOptions): Promise<CommandResult> {
  return runProgram(process.execPath, [KUBECTL_DBG, ...args], options);
}

/** Runs a program until it exits and collects its output. After the timeout (ms), kills it and fails the test. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<CommandResult> {
  const { env, input = '', timeout = 60_000 } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      options.onStderr?.(Buffer.concat(stderr).toString());
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new Error(
          `${program} ${args.join(' ')} did not end within ${timeout} ms:\n${Buffer.concat(stdout).toString()}\n${Buffer.concat(stderr).toString()}`,
        ),
      );
    }, timeout);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}
