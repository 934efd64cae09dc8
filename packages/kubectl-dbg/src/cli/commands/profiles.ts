import { ExitCode } from '../../model/failure.ts';
import { renderProfiles } from '../present/profiles.ts';
import type { Command } from './command.ts';

/** `kubectl dbg profiles`: what each profile does. */
export const command: Command = {
  about: ['Show what each security profile does, per workflow.'],
  usage: ['profiles [NAME]'],
  words: 1,
  run: ({ targets }, world) => {
    world.stdout.write(renderProfiles(targets[0]));
    return Promise.resolve(ExitCode.ok);
  },
};
