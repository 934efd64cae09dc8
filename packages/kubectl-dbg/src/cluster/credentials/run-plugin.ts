import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { startTimer } from '../../base/timer.ts';
import type { World } from '../../model/world.ts';
import type { ExecSettings } from '../kubeconfig/connection.ts';

/** An ExecCredential is a token of some kilobytes; longer output is not a credential. */
const OUTPUT_LIMIT = 1024 * 1024;

/** Time for a cancelled plugin to exit by itself: less than our own process lingers after its command has ended. */
const TERMINATION_GRACE_MS = 150;

/** How a plugin's run ended. */
export type PluginResult =
  | { kind: 'output'; text: string }
  | { kind: 'missing' }
  /** `how` completes the sentence "the credential plugin X ...". */
  | { kind: 'failed'; how: string; cause: unknown };

export interface PluginRun {
  /** The program, absolute. */
  file: string;
  settings: ExecSettings;
  /** The value of KUBERNETES_EXEC_INFO. */
  info: unknown;
  /** Whether it may interact with the user on our terminal. */
  interactive: boolean;
  world: Pick<World, 'env' | 'stderr' | 'signalGroup'>;
  /** Whether its stderr is shown. */
  showErrors: boolean;
  signal: AbortSignal;
}

/**
 * Runs the program itself, without a shell. Its stderr is forwarded to ours (it may ask the user to log in); its stdin is
 * our terminal if it may interact. If the signal is aborted, rejects at once with its reason; the plugin and its child
 * processes then get SIGTERM, and SIGKILL if they do not exit.
 */
export function runPlugin(run: PluginRun): Promise<PluginResult> {
  const { settings, interactive, world, signal } = run;
  const env: NodeJS.ProcessEnv = { ...world.env };
  for (const { name, value } of settings.env) env[name] = value;
  env['KUBERNETES_EXEC_INFO'] = JSON.stringify(run.info);
  // A separate process group can be terminated as a whole, but it would lose the terminal.
  const signalGroup = interactive ? undefined : world.signalGroup?.bind(world);

  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const child = spawn(run.file, settings.args, {
      env,
      shell: false,
      windowsHide: true,
      detached: signalGroup !== undefined,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const onAbort = () => {
      end(child, signalGroup);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const finish = (result: PluginResult) => {
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= OUTPUT_LIMIT) chunks.push(chunk);
      else end(child, signalGroup);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (run.showErrors && !signal.aborted) world.stderr.write(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') finish({ kind: 'missing' });
      else if (error.code === 'EACCES') finish({ kind: 'failed', how: 'may not be executed', cause: error });
      else finish({ kind: 'failed', how: `could not be started (${error.code})`, cause: error });
    });
    child.on('close', (code, ending) => {
      if (size > OUTPUT_LIMIT) {
        finish({ kind: 'failed', how: 'printed too much output', cause: undefined });
      } else if (code === 0) {
        finish({ kind: 'output', text: Buffer.concat(chunks).toString('utf8') });
      } else {
        const how = code === null ? `was ended by ${ending ?? 'a signal'}` : `failed with exit code ${code}`;
        finish({ kind: 'failed', how, cause: undefined });
      }
    });
  });
}

/** Sends SIGTERM to a plugin, SIGKILL soon after, and lets it not keep the program running. */
function end(child: ChildProcess, signalGroup: World['signalGroup']): void {
  const tell = (signal: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (signalGroup !== undefined && child.pid !== undefined) signalGroup(child.pid, signal);
      else child.kill(signal);
    } catch {
      // It has already exited.
    }
  };
  tell('SIGTERM');
  const cancel = startTimer(TERMINATION_GRACE_MS, () => {
    tell('SIGKILL');
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
  });
  child.once('close', cancel);
}
