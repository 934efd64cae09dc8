/**
 * Commands besides debugging itself; a pod with such a name is written `pod/NAME`. Their modules: commands/registry.ts.
 */
export const SUBCOMMANDS = {
  each: 'Run a command in every selected pod, and report the results.',
  report: 'Merge the reports of several runs.',
  doctor: 'Diagnose pods, workloads, Services or nodes.',
  ls: 'List debug sessions, whoever started them.',
  attach: 'Attach to a debug session again.',
  logs: 'Print the output of a debug session.',
  stop: 'Stop debug sessions.',
  clean: 'Delete the copies and node pods that debugging left behind.',
  pcap: 'Capture network packets of a pod or a node.',
  cp: 'Copy files out of or into a container, even one without tar.',
  profiles: 'Show what each security profile does.',
  completion: 'Print a completion script for bash, zsh, fish or powershell.',
  version: 'Print the version.',
  help: 'Show this help.',
} as const;

export type Subcommand = 'debug' | keyof typeof SUBCOMMANDS;

/** Commands that run a program, written after `--`. With a `--`, names of the other commands are pod names. */
export const PROGRAM_COMMANDS: ReadonlySet<string> = new Set(['each']);

/** The command of a first word, if any. */
export function subcommandOf(word: string): Exclude<Subcommand, 'debug'> | undefined {
  return Object.hasOwn(SUBCOMMANDS, word) ? (word as Exclude<Subcommand, 'debug'>) : undefined;
}
