import { ExitCode } from '../../model/failure.ts';
import { completionScript } from '../completion/scripts.ts';
import type { Command } from './command.ts';

/** `kubectl dbg completion`: a completion script. */
export const command: Command = {
  about: ['Print a completion script for bash, zsh, fish or powershell.'],
  usage: ['completion SHELL'],
  words: 1,
  run: ({ targets }, world) => {
    world.stdout.write(completionScript(targets[0]));
    return Promise.resolve(ExitCode.ok);
  },
};
