import { resolve } from 'node:path';
import { outputInterruption } from '../model/interruption.ts';
import type { OutputStream, World } from '../model/world.ts';
import type { Options } from './grammar/index.ts';

/** The destination of the container's output. */
export interface Output {
  stdout: OutputStream;
  stderr: OutputStream;
  /** Resolves when all of it has been written; failures have been passed to `abort`. */
  end(): Promise<void>;
}

/**
 * Opens the destination of the container's output: with -o json stdout is only for the document. Throws DbgError (usage)
 * if a file can't be written.
 *
 * @param abort called if a file can't be written any more
 */
export async function openOutput(
  options: Options,
  world: World,
  abort: (reason: Error) => void,
): Promise<Output> {
  if (options.outputFile === undefined || options.outputFile === '') {
    const stdout = options.output === 'json' ? world.stderr : world.stdout;
    return { stdout, stderr: world.stderr, end: () => Promise.resolve() };
  }
  const [{ createWriteStream }, { openFile }] = await Promise.all([
    import('node:fs'),
    import('./output-file.ts'),
  ]);
  const path = resolve(world.cwd, options.outputFile);
  const file: OutputStream = createWriteStream(path, { fd: openFile(path, '--output-file') });
  file.on('error', (error) => abort(outputInterruption('output file', error)));
  return {
    stdout: file,
    stderr: world.stderr,
    end: () =>
      new Promise((done) => {
        // A failed stream is destroyed before it emits the error.
        if (file.closed === true) return done();
        file.on('close', () => done());
        if (!file.destroyed) file.end();
        return undefined;
      }),
  };
}
