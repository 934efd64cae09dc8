import {
  array,
  type GenericSchema,
  type InferOutput,
  is,
  lazy,
  literal,
  nullish,
  picklist,
  pipe,
  regex,
  safeParse,
  transform,
  unknown,
} from 'valibot';
import { describeIssue } from '../../base/describe-issue.ts';
import { mapWith, maybe, text } from '../../base/file-schema.ts';
import { loadAllYaml } from '../../base/yaml.ts';
import type { DbgError } from '../../model/failure.ts';
import { CliError } from '../cli-error.ts';
import type { OptionDefault, PluginPolicy, Preferences } from './kuberc.ts';

/** A value as text on the command line: kubectl's own files quote `true` and numbers, others may not. */
const word = pipe(
  nullish(unknown(), ''),
  transform((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
);
const words = nullish(array(word), []);
const options = maybe(array(mapWith({ name: text, default: word })));

const defaults = mapWith({ options, flags: options });
const alias = mapWith({
  // Only letters, so that it can't be confused with a pod with a generated name.
  name: pipe(text, regex(/^[A-Za-z]+$/, 'made of letters only')),
  options,
  flags: options,
  prependArgs: words,
  appendArgs: words,
});

const ours = mapWith({ command: picklist(['debug', 'dbg']) });
const skipped = pipe(
  unknown(),
  transform(() => undefined),
);

/** A list of entries for commands; only ours are validated and kept. */
function oursOf<T extends GenericSchema>(entry: T) {
  return nullish(
    pipe(
      array(lazy((input) => (is(ours, input) ? entry : skipped))),
      transform((entries) => entries.filter((value): value is InferOutput<T> => value !== undefined)),
    ),
    [],
  );
}

/** A Preference of v1beta1, or of v1alpha1, in which defaults are `overrides`, and options `flags`. */
const preference = mapWith({
  defaults: oursOf(defaults),
  overrides: oursOf(defaults),
  aliases: oursOf(alias),
  credentialPluginPolicy: maybe(
    picklist(['', 'AllowAll', 'DenyAll', 'Allowlist'], 'AllowAll, DenyAll or Allowlist'),
  ),
  credentialPluginAllowlist: nullish(array(mapWith({ name: word })), []),
});

const GROUP = 'kubectl.config.k8s.io';
const preferenceType = mapWith({
  kind: literal('Preference'),
  apiVersion: picklist([`${GROUP}/v1beta1`, `${GROUP}/v1alpha1`]),
});

/**
 * Reads a kuberc file: the first document that is a Preference of v1beta1 or v1alpha1. `name` is the file's name, for
 * messages. Throws DbgError (configuration).
 */
export async function readKuberc(content: string, name: string): Promise<Preferences> {
  let documents: unknown[];
  try {
    documents = await loadAllYaml(content);
  } catch (error) {
    throw wrong(name, error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is not YAML');
  }
  const document = documents.find((value) => is(preferenceType, value));
  if (document === undefined) {
    if (documents.length === 0) return { defaults: [], aliases: [] };
    throw wrong(name, `it holds no Preference of ${GROUP}/v1beta1 or v1alpha1`);
  }
  const result = safeParse(preference, document, { abortEarly: true });
  if (!result.success) throw wrong(name, describeIssue(result.issues[0]));
  const { output } = result;
  const policy = pluginPolicy(output);
  return {
    defaults: [...output.defaults, ...output.overrides].flatMap(optionsOf),
    aliases: output.aliases.map((entry) => ({
      name: entry.name,
      options: optionsOf(entry),
      prependArgs: entry.prependArgs,
      appendArgs: entry.appendArgs,
    })),
    ...(policy === undefined ? {} : { pluginPolicy: policy }),
  };
}

function optionsOf({ options, flags }: InferOutput<typeof defaults>): OptionDefault[] {
  return (options ?? flags ?? []).map(({ name, default: value }) => ({ name, value }));
}

function pluginPolicy({
  credentialPluginPolicy: policy,
  credentialPluginAllowlist: allowlist,
}: InferOutput<typeof preference>): PluginPolicy | undefined {
  if (policy === undefined || policy === '') return undefined;
  return policy === 'Allowlist' ? { policy, allowlist: allowlist.map(({ name }) => name) } : { policy };
}

function wrong(file: string, why: string): DbgError {
  return new CliError(
    'configuration',
    'PreferencesInvalid',
    `${file} can't be used: ${why}`,
    'Correct it, or leave it out with KUBECTL_KUBERC=false',
  );
}
