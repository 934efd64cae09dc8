import type { Subcommand } from '../grammar/index.ts';
import type { Command } from './command.ts';

/** The module of each command. A new one has a line here and a summary in grammar/subcommands.ts. */
const COMMANDS: Readonly<Record<Subcommand, () => Promise<{ command: Command }>>> = {
  debug: () => import('./debug.ts'),
  each: () => import('./each.ts'),
  report: () => import('./report.ts'),
  doctor: () => import('./doctor.ts'),
  ls: () => import('./ls.ts'),
  attach: () => import('./attach.ts'),
  logs: () => import('./logs.ts'),
  stop: () => import('./stop.ts'),
  clean: () => import('./clean.ts'),
  pcap: () => import('./pcap.ts'),
  cp: () => import('./cp.ts'),
  profiles: () => import('./profiles.ts'),
  completion: () => import('./completion.ts'),
  version: () => import('./version.ts'),
  help: () => import('./help.ts'),
};

/** Loads a command. */
export async function loadCommand(name: Subcommand): Promise<Command> {
  return (await COMMANDS[name]()).command;
}
