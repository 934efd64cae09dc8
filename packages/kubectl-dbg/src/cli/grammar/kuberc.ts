import { flagByName, optionKey } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import { setOption } from './values.ts';

/** A default for one option, as text on the command line. */
export interface OptionDefault {
  name: string;
  value: string;
}

/** An alias for `debug` with options and arguments. */
export interface Alias {
  name: string;
  options: OptionDefault[];
  prependArgs: string[];
  appendArgs: string[];
}

/** The exec credential plugins that may run. */
export type PluginPolicy =
  | { policy: 'AllowAll' }
  | { policy: 'DenyAll' }
  | { policy: 'Allowlist'; allowlist: string[] };

/** The settings of a kuberc file for kubectl-dbg. */
export interface Preferences {
  defaults: OptionDefault[];
  aliases: Alias[];
  pluginPolicy?: PluginPolicy;
}

/** The path of the preferences; `required`: the user named the file, so it must exist. */
export interface KubercFile {
  path: string;
  required: boolean;
}

/** The kuberc file to read, or undefined if preferences are disabled (`KUBECTL_KUBERC=false`, `KUBERC=off`). */
export function kubercFile(
  written: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): KubercFile | undefined {
  if (written !== undefined && written !== '') return { path: written, required: true };
  if (env['KUBECTL_KUBERC'] === 'false' || env['KUBERC'] === 'off') return undefined;
  const named = env['KUBERC'];
  if (named !== undefined && named !== '') return { path: named, required: true };
  return { path: `${home}/.kube/kuberc`, required: false };
}

/** A command line with its alias expanded, and the defaults that apply. */
export interface Expanded {
  argv: string[];
  defaults: OptionDefault[];
}

/**
 * Expands an alias at the start of the command line. An alias named `dbg` means the command itself. The defaults of the
 * command do not apply to an alias, as in kubectl.
 */
export function expandAlias(argv: readonly string[], { aliases, defaults }: Preferences): Expanded {
  const named = aliases.find(({ name }) => name === argv[0]);
  const alias = named ?? aliases.find(({ name }) => name === 'dbg');
  if (alias === undefined) return { argv: [...argv], defaults };
  const rest = named === undefined ? argv : argv.slice(1);
  return { argv: [...alias.prependArgs, ...rest, ...alias.appendArgs], defaults: alias.options };
}

/**
 * Sets each default whose option is not on the command line, and records which ones: a default without meaning for the
 * target is ignored, where a flag would be refused. Throws DbgError (usage) for an invalid value.
 *
 * @returns the names of unknown options, which a newer kubectl may have
 */
export function applyDefaults(parsed: ParsedArguments, defaults: readonly OptionDefault[]): string[] {
  const unknown: string[] = [];
  const written = new Set(Object.keys(parsed.options));
  for (const { name, value } of defaults) {
    const flag = flagByName(name);
    if (flag === undefined) unknown.push(name);
    if (flag === undefined || written.has(optionKey(flag.name))) continue;
    setOption(parsed.options, flag, value);
    parsed.defaulted.add(flag.name);
  }
  return unknown;
}
