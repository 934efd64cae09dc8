import { spawn } from 'node:child_process';

/**
 * Turns off the output processing of the terminal that is stdin; it is restored with the terminal's mode. Without stty it
 * stays on. Returns a function that ends an attempt that has not finished.
 */
export function passOutput(): () => void {
  const child = spawn('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  child.on('error', () => undefined);
  child.unref();
  return () => {
    if (child.exitCode === null) child.kill('SIGKILL');
  };
}
