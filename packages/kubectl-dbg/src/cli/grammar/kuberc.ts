import { DbgError } from '../../errors.ts';
import { loadAllYaml } from '../../plan/yaml.ts';
import { flagByName, optionKey } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import { setOption } from './values.ts';

/** A default for one option, in the text that the command line would have. */
export interface OptionDefault {
  name: string;
  value: string;
}

/** A name that stands for `debug` with options and arguments of its own. */
export interface Alias {
  name: string;
  options: OptionDefault[];
  prependArgs: string[];
  appendArgs: string[];
}

/** Which exec credential plugins may run. */
export type PluginPolicy =
  | { policy: 'AllowAll' }
  | { policy: 'DenyAll' }
  | { policy: 'Allowlist'; allowlist: string[] };

/** What a kuberc file says to kubectl-dbg. */
export interface Preferences {
  defaults: OptionDefault[];
  aliases: Alias[];
  pluginPolicy?: PluginPolicy;
}

/** Where preferences are read from; `required`: the user named the file, so it has to be there. */
export interface KubercFile {
  path: string;
  required: boolean;
}

/** The kuberc file to read, or undefined if preferences are switched off (`KUBECTL_KUBERC=false`, `KUBERC=off`). */
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

/** Names of the command whose preferences count. */
const COMMANDS = ['debug', 'dbg'];
const GROUP = 'kubectl.config.k8s.io/';

type Json = Record<string, unknown>;

/**
 * Reads a kuberc file: the first document that is a Preference of v1beta1 or v1alpha1. `name` is the file's, for
 * messages. Throws DbgError (configuration).
 */
export async function readKuberc(text: string, name: string): Promise<Preferences> {
  let documents: unknown[];
  try {
    documents = await loadAllYaml(text);
  } catch (error) {
    throw wrong(name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is not YAML');
  }
  const document = documents.find(isPreference);
  if (document === undefined) {
    if (documents.length === 0) return { defaults: [], aliases: [] };
    throw wrong(name, 'it holds no Preference of kubectl.config.k8s.io/v1beta1 or v1alpha1');
  }
  // v1alpha1 calls defaults `overrides`, and options `flags`.
  const commands = objects(document['defaults'] ?? document['overrides']);
  const policy = pluginPolicy(document, name);
  return {
    defaults: commands.filter(concernsUs).flatMap((entry) => optionDefaults(entry, name)),
    aliases: objects(document['aliases'])
      .filter(concernsUs)
      .map((entry) => ({
        name: alphabetic(entry['name'], name),
        options: optionDefaults(entry, name),
        prependArgs: texts(entry['prependArgs']),
        appendArgs: texts(entry['appendArgs']),
      })),
    ...(policy === undefined ? {} : { pluginPolicy: policy }),
  };
}

function isPreference(document: unknown): document is Json {
  const { apiVersion, kind } = (document ?? {}) as Json;
  return kind === 'Preference' && (apiVersion === `${GROUP}v1beta1` || apiVersion === `${GROUP}v1alpha1`);
}

function concernsUs({ command }: Json): boolean {
  return typeof command === 'string' && COMMANDS.includes(command);
}

function optionDefaults(entry: Json, file: string): OptionDefault[] {
  return objects(entry['options'] ?? entry['flags']).map((option) => {
    const { name, default: value } = option;
    if (typeof name !== 'string' || flagByName(name) === undefined) {
      throw wrong(file, `it has a default for an unknown option ${JSON.stringify(name)}`);
    }
    return { name, value: text(value) };
  });
}

function pluginPolicy(document: Json, file: string): PluginPolicy | undefined {
  const policy = document['credentialPluginPolicy'];
  const allowlist = objects(document['credentialPluginAllowlist']).map((entry) => text(entry['name']));
  switch (policy) {
    case undefined:
    case null:
    case '':
      return undefined;
    case 'AllowAll':
    case 'DenyAll':
      return { policy };
    case 'Allowlist':
      return { policy, allowlist };
    default:
      throw wrong(file, `it has an unknown credentialPluginPolicy ${JSON.stringify(policy)}`);
  }
}

/** An alias may consist of letters only, so that it is never mistaken for a pod with a generated name. */
function alphabetic(name: unknown, file: string): string {
  if (typeof name === 'string' && /^[A-Za-z]+$/.test(name)) return name;
  throw wrong(file, `its alias ${JSON.stringify(name)} is not made of letters only`);
}

function objects(value: unknown): Json[] {
  if (!Array.isArray(value)) return [];
  return value.filter((entry): entry is Json => typeof entry === 'object' && entry !== null);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function wrong(file: string, why: string): DbgError {
  return new DbgError('configuration', `${file} can't be used: ${why}`, {
    remedy: 'Correct it, or leave it out with KUBECTL_KUBERC=false',
  });
}

/** A command line after its alias, and the defaults that go with it. */
export interface Expanded {
  argv: string[];
  defaults: OptionDefault[];
}

/**
 * Replaces an alias at the start of the command line by what it stands for. An alias called `dbg` stands for the
 * command itself. The defaults of the command don't hold for an alias, as in kubectl.
 */
export function expandAlias(argv: readonly string[], { aliases, defaults }: Preferences): Expanded {
  const named = aliases.find(({ name }) => name === argv[0]);
  const alias = named ?? aliases.find(({ name }) => name === 'dbg');
  if (alias === undefined) return { argv: [...argv], defaults };
  const rest = named === undefined ? argv : argv.slice(1);
  return { argv: [...alias.prependArgs, ...rest, ...alias.appendArgs], defaults: alias.options };
}

/**
 * Sets each default whose option isn't written, as if it had been, and remembers which: a default that means nothing
 * for the target at hand is passed over, where a written flag would be refused. Throws DbgError (usage) for an unfit
 * value.
 */
export function applyDefaults(parsed: ParsedArguments, defaults: readonly OptionDefault[]): void {
  const written = new Set(Object.keys(parsed.options));
  for (const { name, value } of defaults) {
    const flag = flagByName(name);
    if (flag === undefined || written.has(optionKey(flag.name))) continue;
    setOption(parsed.options, flag, value);
    parsed.defaulted.add(flag.name);
  }
}
