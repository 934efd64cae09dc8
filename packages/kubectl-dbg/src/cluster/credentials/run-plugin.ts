import { spawn } from 'node:child_process';
import type { World } from '../../world.ts';
import type { ExecSettings } from '../kubeconfig/connection.ts';

/** An ExecCredential is a token of some kilobytes; more than this is no credential. */
const OUTPUT_LIMIT = 1024 * 1024;

/** How a plugin's run ended. */
export type PluginResult =
  | { kind: 'output'; text: string }
  | { kind: 'missing' }
  /** `how` completes the sentence "the credential plugin X ...". */
  | { kind: 'failed'; how: string; cause: unknown };

/**
 * Runs the program itself, without a shell. Its stderr goes to ours as it comes (it may ask the user to log in), its
 * stdin is our terminal if it may talk to the user.
 */
export async function runPlugin(
  settings: ExecSettings,
  info: unknown,
  interactive: boolean,
  world: Pick<World, 'env' | 'stderr'>,
): Promise<PluginResult> {
  const env: NodeJS.ProcessEnv = { ...world.env };
  for (const { name, value } of settings.env) env[name] = value;
  env['KUBERNETES_EXEC_INFO'] = JSON.stringify(info);

  return new Promise((resolve) => {
    const child = spawn(settings.command, settings.args, {
      env,
      shell: false,
      windowsHide: true,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= OUTPUT_LIMIT) chunks.push(chunk);
      else child.kill();
    });
    child.stderr?.on('data', (chunk: Buffer) => world.stderr.write(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ kind: 'missing' });
      else if (error.code === 'EACCES') resolve({ kind: 'failed', how: 'may not be executed', cause: error });
      else resolve({ kind: 'failed', how: `could not be started (${error.code})`, cause: error });
    });
    child.on('close', (code, signal) => {
      if (size > OUTPUT_LIMIT) {
        resolve({ kind: 'failed', how: 'printed more than a credential can be', cause: undefined });
      } else if (code === 0) {
        resolve({ kind: 'output', text: Buffer.concat(chunks).toString('utf8') });
      } else {
        const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`;
        resolve({ kind: 'failed', how, cause: undefined });
      }
    });
  });
}
