import { resolve } from 'node:path';
import { DbgError } from '../../model/failure.ts';
import type { World } from '../../model/world.ts';
import { readingFailure } from '../../session/terminal/input.ts';
import { CliError, usage } from '../cli-error.ts';
import type { EachFlags } from './each-request.ts';

/** Maximum size of stdin, which every target gets a copy of. */
const MAX_INPUT = 64 * 1024 * 1024;

/** All of stdin, once. */
export async function readInput({ stdin }: World, signal: AbortSignal): Promise<Uint8Array> {
  if (stdin.isTTY === true)
    throw usage(
      '-i gives every target a copy of stdin, but stdin is a terminal',
      'Redirect stdin from a file or a pipe',
    );
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer | string>) {
      signal.throwIfAborted();
      const part = Buffer.from(chunk as Buffer);
      size += part.length;
      if (size > MAX_INPUT)
        throw usage(
          `stdin is larger than ${MAX_INPUT / 1024 / 1024} MiB`,
          'Put it where the pods can fetch it',
        );
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof DbgError || signal.aborted) throw error;
    throw new CliError(
      'lost',
      'StdinUnreadable',
      `cannot read stdin: ${readingFailure(error as Error)}`,
      undefined,
      error,
    );
  }
  return Buffer.concat(parts);
}

/** Directory for outputs and the journal, absolute. */
export function directoryOf(options: EachFlags, world: Pick<World, 'cwd'>): string | undefined {
  const { outputDir, resume } = options;
  if (outputDir !== undefined && resume !== undefined && outputDir !== resume) {
    throw usage(
      '--output-dir and --resume name different directories',
      'Leave --output-dir out: --resume writes to the directory of the run',
    );
  }
  const directory = resume ?? outputDir;
  return directory === undefined ? undefined : resolve(world.cwd, directory);
}

/** `--group`. */
export function groupingOf(text: string | undefined): 'exact' | 'similar' | 'none' {
  if (text === undefined || text === 'exact') return 'exact';
  if (text === 'similar' || text === 'none') return text;
  throw usage(`invalid --group ${JSON.stringify(text)}`, 'Use exact, similar or none');
}
