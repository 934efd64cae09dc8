/** Commands besides debugging itself; a pod with such a name is written `pod/NAME`. */
export const SUBCOMMANDS = {
  profiles: 'Show what each profile does, per workflow.',
  completion: 'Print a completion script for bash, zsh, fish or powershell.',
  version: 'Print the version.',
  help: 'Show this help.',
} as const;

export type Subcommand = 'debug' | keyof typeof SUBCOMMANDS;

/** The command that a first word names, if any. */
export function subcommandOf(word: string): Subcommand | undefined {
  return Object.hasOwn(SUBCOMMANDS, word) ? (word as Subcommand) : undefined;
}
