import { ExitCode } from '../../model/failure.ts';
import { renderHelp } from '../grammar/index.ts';
import { columnsOf } from '../columns.ts';
import type { Command } from './command.ts';

/** `kubectl dbg help`, and `--help`. */
export const command: Command = {
  about: ['Show this help.'],
  usage: ['help'],
  words: 0,
  run: (_parsed, world) => {
    world.stdout.write(renderHelp(columnsOf(world)));
    return Promise.resolve(ExitCode.ok);
  },
};
