import { ExitCode } from '../../model/failure.ts';
import { VERSION } from '../../version.ts';
import type { Command } from './command.ts';

/** `kubectl dbg version`. */
export const command: Command = {
  about: ['Print the version.'],
  usage: ['version'],
  words: 0,
  run: (_parsed, world) => {
    world.stdout.write(`kubectl-dbg ${VERSION}\n`);
    return Promise.resolve(ExitCode.ok);
  },
};
