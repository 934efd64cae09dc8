import { createWriteStream, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { DbgError } from '../errors.ts';
import type { OutputStream, World } from '../world.ts';
import type { Options } from './grammar/index.ts';

/** Where the container's output goes: with -o json stdout is kept for the one document. */
export function outputOf(
  options: Options,
  world: World,
): { streams: { stdout: OutputStream; stderr: OutputStream }; end(): Promise<void> } {
  const done = () => Promise.resolve();
  if (options.outputFile === undefined || options.outputFile === '') {
    const stdout = options.output === 'json' ? world.stderr : world.stdout;
    return { streams: { stdout, stderr: world.stderr }, end: done };
  }
  const path = resolve(world.cwd, options.outputFile);
  const file: OutputStream = createWriteStream(path, { fd: openOutput(path) });
  let failure: Error | undefined;
  file.on('error', (error) => (failure = error));
  return {
    streams: { stdout: file, stderr: world.stderr },
    end: () =>
      new Promise((resolve, reject) => {
        const settle = () => {
          if (failure === undefined) resolve();
          else reject(new DbgError('usage', `cannot write ${path}: ${failure.message}`));
        };
        if (failure !== undefined) settle();
        else file.end(settle).on('error', settle);
      }),
  };
}

/** Opened before anything is written to the cluster: a path that can't be written is a mistake on the command line. */
function openOutput(path: string): number {
  try {
    return openSync(path, 'w', 0o600);
  } catch (error) {
    const why = WHY_NOT_OPENED[(error as NodeJS.ErrnoException).code ?? ''];
    throw new DbgError('usage', `cannot write ${path}: ${why ?? (error as Error).message}`, {
      remedy: 'Name a file in a folder that is there, and that you may write to, with --output-file',
    });
  }
}

const WHY_NOT_OPENED: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'its folder is none',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EROFS: 'its file system is read-only',
};
