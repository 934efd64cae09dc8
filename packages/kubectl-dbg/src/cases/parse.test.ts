import { existsSync } from 'node:fs';
import { parse } from '../cli/grammar/index.ts';
import { makeRequest } from '../cli/grammar/request.ts';
import { runCases } from './cases.ts';
import type { CaseOutcome } from './differences.ts';
import { DEFAULT_IMAGE, refusalOr, requestOf } from './run-request.ts';
import { manifestNamespace, missingManifest, readManifest } from '../targets/manifest.ts';
import { readCustomFile, unreadableCustomFile } from '../plan/custom-file.ts';
import { isImageReference } from '../plan/image-reference.ts';
import { parseTarget } from '../targets/parse-target.ts';

interface Expected {
  error?: boolean | string;
  stderr?: string;
  options?: Record<string, unknown>;
}

/** The first line of kubectl's output, without its prefix. The second only refers to the help. */
function messageOf(text: string | undefined): string {
  return (text ?? '').split('\n')[0]?.replace(/^error: /, '') ?? '';
}

/** The parsed options that the file lists. */
function optionsOf(argv: readonly string[]): CaseOutcome {
  const parsed = parse(argv);
  if (parsed.options.custom !== undefined && !existsSync(parsed.options.custom)) {
    throw unreadableCustomFile(parsed.options.custom, 'no such file or directory');
  }
  const request = requestOf(parsed);
  const { options } = parsed;
  return {
    options: {
      targets: parsed.targets,
      args: parsed.words,
      attach: request.attach,
      stdin: request.stdin,
      tty: request.tty,
      image: request.image ?? '',
      container: request.container ?? '',
      copyTo: request.copy?.name ?? '',
      setImages: Object.fromEntries((request.copy?.setImages ?? []).map(({ name, value }) => [name, value])),
      env: request.env,
      pullPolicy: request.imagePullPolicy ?? '',
      profile: request.profile,
      keepLabels: request.copy?.keep.labels ?? false,
      keepAnnotations: request.copy?.keep.annotations ?? false,
      keepLiveness: request.copy?.keep.liveness ?? false,
      keepReadiness: request.copy?.keep.readiness ?? false,
      keepStartup: request.copy?.keep.startup ?? false,
      keepInitContainers: request.copy?.keep.initContainers ?? true,
      shareProcesses: options.shareProcesses ?? true,
    },
  };
}

for (const suite of ['parse-validate', 'validate-more']) {
  runCases(
    suite,
    (given) => {
      const { stderr, options } = given['expected'] as Expected;
      return options === undefined ? { error: messageOf(stderr) } : { options };
    },
    (given) => refusalOr(() => optionsOf(given['argv'] as string[])),
  );
}

runCases(
  'env-words',
  (given) =>
    given['error'] === undefined ? { env: given['env'] } : { error: messageOf(given['error'] as string) },
  (given) =>
    refusalOr(() => {
      const words = (given['words'] as string[]).map((word) => `--env=${word}`);
      const request = requestOf(parse(['pod/web', ...words]));
      // The file omits empty values, and sorts by name because upstream's order is random.
      const env = request.env.map(({ name, value }) => (value === '' ? { name } : { name, value }));
      return { env: env.sort((a, b) => (a.name < b.name ? -1 : 1)) };
    }),
);

runCases(
  'image-names',
  (given) => ({ valid: given['valid'] }),
  (given) => ({ valid: isImageReference(given['image'] as string) }),
);

runCases(
  'custom-file',
  (given) => {
    const expected = given['expected'] as { error?: string; errorContains?: string };
    if (expected.error !== undefined) return { error: messageOf(expected.error) };
    return expected.errorContains === undefined ? { ok: true } : { error: expected.errorContains };
  },
  async (given) => {
    const outcome = await refusalOr(async () => {
      await readCustomFile(given['content'] as string, 'custom.json');
      return { ok: true };
    });
    const contained = (given['expected'] as { errorContains?: string }).errorContains;
    return contained !== undefined && outcome.error?.includes(contained) === true
      ? { error: contained }
      : outcome;
  },
);

/** `get` of a case without the API version, which is fixed: `apps/v1 deployments/d` to `deployments.apps/d`. */
function labelOf(get: string): string {
  const [type, name] = get.split(/[ /](?=[^ /]*$)/);
  const match = /^(\w+)\/v1 (\w+)$/.exec(type ?? '');
  return match === null ? get : `${match[2] ?? ''}.${match[1] ?? ''}/${name ?? ''}`;
}

/** The manifests named by the suite's arguments; the current namespace is `default`. */
const MANIFESTS: Record<string, string> = {
  'pod.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: mypod}\n',
  'pod-in-other.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: mypod, namespace: other}\n',
  'list.yaml': 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: mypod}}\n',
};

/** Resolves arguments like the program, up to the first request. */
async function resolveWords(words: readonly string[]): Promise<CaseOutcome> {
  const parsed = parse(words);
  makeRequest(parsed, { kinds: [], defaultImage: DEFAULT_IMAGE, interactive: false });
  const { filename, namespace } = parsed.options;
  if (filename === undefined) return { get: parsed.targets.map((word) => parseTarget(word).label) };
  const patched: string[] = [];
  for (const name of filename) {
    const text = MANIFESTS[name];
    if (text === undefined) throw missingManifest(name);
    for (const entry of await readManifest(text, name)) {
      const { metadata } = entry.object;
      const own = manifestNamespace(entry, namespace ?? 'default', namespace !== undefined);
      patched.push(`${own}/pods/${metadata?.name ?? ''}`);
    }
  }
  return { patch: patched };
}

runCases(
  'resolve',
  (given) => {
    const { get, patch, error, errorStarts } = given['expected'] as {
      get?: string[];
      patch?: string[];
      error?: string;
      errorStarts?: string;
    };
    if (patch !== undefined) return { patch };
    if (errorStarts !== undefined) return { error: messageOf(errorStarts) };
    // A refusal after reading the object, or the server's error for a missing one, does not depend on the argument alone.
    if (error?.startsWith('error: "apps/v1') === true)
      return { error: messageOf(error), get: get?.map(labelOf) };
    if (error !== undefined && !error.startsWith('Error from server')) return { error: messageOf(error) };
    return { get: get?.map(labelOf) };
  },
  (given) => refusalOr(() => resolveWords(given['words'] as string[])),
);
