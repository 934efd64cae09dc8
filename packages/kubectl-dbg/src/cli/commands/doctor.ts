import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import { ExitCode } from '../../model/failure.ts';
import type { World } from '../../model/world.ts';
import type { BundlePart } from '../../operations/diagnose/bundle.ts';
import type { Diagnoses, DiagnoseRequest } from '../../operations/diagnose/diagnose.ts';
import { globalFlags } from '../grammar/flags-global.ts';
import type { OptionsOf } from '../grammar/index.ts';
import { sanitise } from '../../base/sanitise.ts';
import { tellSilence } from '../tell-silence.ts';
import { openCluster } from '../open-cluster.ts';
import { commandsFor } from '../present/command-line.ts';
import { type CommandSettings, defineCommand } from './command.ts';
import { usage } from '../cli-error.ts';

/** Output formats of the diagnosis. */
const FORMATS = ['text', 'json', 'yaml', 'markdown'] as const;
type Format = (typeof FORMATS)[number];

/** Exit codes of a diagnosis (docs/exit-codes.md). */
const BROKEN = 1;
const UNDECIDED = 2;

/** `--role-yaml` without a use: the rights that the diagnosis lacked, and those for a debug container. */
const ALL = 'all';

const flags = [
  {
    name: 'selector',
    short: 'l',
    type: 'string',
    value: 'LABELS',
    help: 'Diagnose the pods with these labels.',
    group: 'Target',
    complete: 'none',
  },
  { name: 'all-namespaces', short: 'A', type: 'bool', help: 'Diagnose every namespace.', group: 'Target' },
  {
    name: 'output',
    short: 'o',
    type: 'string',
    value: 'FORMAT',
    fallback: 'text',
    help: 'text, json, yaml or markdown.',
    group: 'Other',
    complete: FORMATS,
  },
  {
    name: 'explain',
    type: 'string',
    value: 'ID',
    help: 'Explain a finding, such as P1; asks no server.',
    group: 'Other',
    complete: 'none',
  },
  {
    name: 'rights',
    type: 'bool',
    help: 'Show what you may do: view, logs, debug containers, attach, exec, copies, nodes, profiles.',
    group: 'Other',
  },
  {
    name: 'role-yaml',
    type: 'string',
    value: 'USE',
    bare: ALL,
    help: 'Print the minimal Role, ClusterRole and bindings to request, ready to apply: for a diagnosis and a debug container, or for view, logs, debug, attach, exec, copy, node, clean, or a right such as "get deployments.apps".',
    group: 'Other',
    complete: ['view', 'logs', 'debug', 'attach', 'exec', 'copy', 'node', 'clean'],
  },
  {
    name: 'bundle',
    type: 'string',
    value: 'FILE',
    help: 'Write findings, objects, events and log tails for a ticket, secrets masked, as .tar.gz.',
    group: 'Other',
    complete: 'file',
  },
  {
    name: 'watch',
    short: 'w',
    type: 'bool',
    help: 'Look again every two seconds and print what changes, until interrupted.',
    group: 'Other',
  },
  { name: 'no-log', type: 'bool', help: 'Read no logs.', group: 'Other' },
  ...globalFlags,
] as const;
type Options = OptionsOf<typeof flags>;

/** `kubectl dbg doctor`: what is wrong, by reading only. */
export const command = defineCommand({
  flags,
  about: [
    'Diagnose a pod, workload, Service, PersistentVolumeClaim, node or namespace: what is wrong, and what to do next. It is read-only; the ClusterRole view is enough. Without a target it diagnoses the namespace, grouped by cause.',
    'Exit codes: 0 nothing is broken, 1 broken, 2 undecided, 66 not found.',
  ],
  usage: ['doctor [TARGET...] [flags]'],
  examples: [
    { what: 'Why does this pod not start?', line: 'doctor web-0' },
    { what: 'What is wrong in this namespace?', line: 'doctor -n shop' },
    { what: 'What may I do here, and which rights should I ask for?', line: 'doctor --rights --role-yaml' },
    { what: 'For a ticket', line: 'doctor deploy/web --bundle web.tar.gz' },
  ],
  async run({ options, targets }, world, settings) {
    const format = formatOf(options.output);
    if (options.explain !== undefined) {
      const { explainRule } = await import('../../doctor/explain.ts');
      world.stdout.write(explainRule(options.explain));
      return ExitCode.ok;
    }
    const { signal } = settings;
    const opened = await openCluster(options, world, settings);
    const say = (text: string) => void world.stderr.write(`${sanitise(text)}\n`);
    const cluster = tellSilence(opened, { stderr: world.stderr, say });
    try {
      await cluster.prepareRequests();
      if (options.roleYaml !== undefined && options.roleYaml !== ALL) {
        return await printRole(cluster, options.roleYaml, options, world, signal);
      }
      const request = requestOf(options, targets);
      return options.watch === true
        ? await watch(cluster, request, options, { format, say }, world, signal)
        : await once(cluster, request, format, options, world, settings);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
    } finally {
      await cluster.close();
    }
  },
});

function formatOf(written: string | undefined): Format {
  const format = FORMATS.find((known) => known === (written ?? 'text'));
  if (format !== undefined) return format;
  throw usage(`"${written}" is not an output format`, `Use one of ${FORMATS.join(', ')}`);
}

function requestOf(options: Options, targets: readonly string[]): DiagnoseRequest {
  const { selector, allNamespaces } = options;
  return {
    targets,
    ...(selector === undefined || selector === '' ? {} : { selector }),
    ...(allNamespaces === true ? { allNamespaces } : {}),
    logs: options.noLog !== true,
    rights: options.rights === true || options.roleYaml !== undefined,
  };
}

async function printRole(
  cluster: Cluster,
  use: string,
  { allNamespaces }: Options,
  world: World,
  signal: AbortSignal,
): Promise<number> {
  const { missingFor } = await import('../../operations/diagnose/role-for.ts');
  const namespace = allNamespaces === true ? undefined : cluster.namespace;
  const missing = await missingFor(cluster, { use, namespace }, signal);
  if (missing === undefined) {
    throw usage(
      `there is no role for "${use}"`,
      'Use view, logs, debug, attach, exec, copy, node, clean, or a right: VERB RESOURCE[.GROUP]',
    );
  }
  const { roleYaml } = await import('../present/role-yaml.ts');
  world.stdout.write(roleYaml(missing));
  return ExitCode.ok;
}

async function once(
  cluster: Cluster,
  request: DiagnoseRequest,
  format: Format,
  options: Options,
  world: World,
  { signal }: CommandSettings,
): Promise<number> {
  const { diagnose } = await import('../../operations/diagnose/diagnose.ts');
  const bundled: BundlePart[] = [];
  const diagnoses = await diagnose(cluster, request, {
    signal,
    now: () => world.now(),
    commands: commandsFor(options, world),
    on: ({ target, evidence }) => {
      bundled.push({ target, evidence });
    },
  });
  if (options.roleYaml !== undefined) {
    const { roleDocuments } = await import('../present/role-yaml.ts');
    world.stdout.write(roleDocuments(diagnoses));
    return ExitCode.ok;
  }
  if (options.bundle !== undefined && options.bundle !== '') {
    const { writeBundle } = await import('../../operations/diagnose/bundle.ts');
    const contents = await writeBundle(options.bundle, diagnoses.items, bundled, {
      cwd: world.cwd,
      now: world.now(),
    });
    world.stderr.write(`${contents.map((line) => `  ${line}`).join('\n')}\n`);
  }
  world.stdout.write(await render(diagnoses, format));
  return exitCodeOf(diagnoses);
}

async function render({ items }: Diagnoses, format: Format): Promise<string> {
  const [only] = items;
  const document =
    items.length === 1 && only !== undefined
      ? only
      : { apiVersion: 'kubectl-dbg/v1' as const, kind: 'DiagnosisList' as const, items };
  switch (format) {
    case 'json':
      return (await import('../../base/to-json.ts')).toJson(document, 2);
    case 'yaml':
      return (await import('../../base/to-yaml.ts')).toYaml(document);
    case 'markdown':
      return (await import('../present/diagnosis-markdown.ts')).diagnosisMarkdown(items);
    case 'text':
      return (await import('../present/diagnosis-text.ts')).diagnosisText(items);
  }
}

/** The worst of the verdicts. */
function exitCodeOf({ items }: Diagnoses): number {
  if (items.some(({ verdict }) => verdict === 'broken')) return BROKEN;
  return items.some(({ verdict }) => verdict === 'undecided') ? UNDECIDED : ExitCode.ok;
}

/** Prints the diagnosis whenever it changes, until the user stops it. */
async function watch(
  cluster: Cluster,
  request: DiagnoseRequest,
  options: Options,
  { format, say }: { format: Format; say: (text: string) => void },
  world: World,
  signal: AbortSignal,
): Promise<number> {
  const [{ diagnose }, { watchDiagnosis }] = await Promise.all([
    import('../../operations/diagnose/diagnose.ts'),
    import('../watch-diagnosis.ts'),
  ]);
  const commands = commandsFor(options, world);
  return await watchDiagnosis(
    () => diagnose(cluster, request, { signal, now: () => world.now(), commands }),
    {
      print: async (diagnoses, isFirst) => {
        const text = await render(diagnoses, format);
        world.stdout.write(`${isFirst || format !== 'text' ? '' : '\n'}${text}`);
      },
      say,
      world,
      signal,
    },
  );
}
