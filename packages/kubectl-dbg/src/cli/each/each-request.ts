import { readDuration } from '../duration.ts';
import type { World } from '../../model/world.ts';
import {
  EACH_DEFAULTS,
  type EachPace,
  type EachRequest,
  type EachSelection,
} from '../../operations/each/request.ts';
import { readQuantity } from '../../model/quantity.ts';
import type { OptionsOf } from '../grammar/index.ts';
import { makeRequest } from '../grammar/request.ts';
import type { eachFlags } from '../grammar/flags-each.ts';
import { usage } from '../cli-error.ts';
import { reasonOf } from '../reason.ts';

export type EachFlags = OptionsOf<typeof eachFlags>;

/** The default image. */
const DEFAULT_IMAGE = 'busybox';

/** Creates the request of the command line, without the named targets. Throws DbgError (usage). */
export async function makeEachRequest(
  options: EachFlags,
  words: readonly string[],
  world: Pick<World, 'env' | 'cwd' | 'stdin' | 'now'>,
  readCustom: (file: string) => Promise<Parameters<typeof makeRequest>[1]['custom']>,
): Promise<EachRequest> {
  if (words.length === 0 && !isListing(options)) {
    throw usage(
      'there is no command to run',
      'Write it after --, such as: kubectl dbg each -l app=web -- id',
    );
  }
  if (options.nodes === true && options.copy === true)
    throw usage('--nodes and --copy contradict each other');
  if (options.nodes === true && options.eachContainer === true) {
    throw usage('--each-container has no meaning with --nodes', 'Leave --each-container out');
  }
  const why = reasonOf({ ...options, dryRun: isListing(options) ? 'client' : 'none' }, world);
  const custom =
    options.custom === undefined || options.custom === '' ? undefined : await readCustom(options.custom);
  const workflow = options.nodes === true ? 'node' : options.copy === true ? 'copy' : 'ephemeral';
  const defaultImage = world.env.KUBECTL_DBG_IMAGE || DEFAULT_IMAGE;
  const debug = makeRequest(
    {
      command: 'debug',
      options: {
        ...sharedOptions(options),
        tty: false,
        // A copy gets a separate container for the command.
        ...(workflow === 'copy' ? { copyTo: 'copy', image: options.image ?? defaultImage } : {}),
      },
      defaulted: new Set(),
      targets: ['each'],
      words: [...words],
    },
    {
      kinds: [workflow === 'node' ? 'Node' : 'Pod'],
      defaultImage,
      interactive: false,
      ...(custom === undefined ? {} : { custom }),
    },
  );
  return {
    selection: selectionOf(options, world),
    pace: paceOf(options),
    debug,
    workflow,
    ...wayOf(options, workflow),
    ...(why === undefined ? {} : { why }),
    maxOutput:
      options.maxOutput === undefined ? EACH_DEFAULTS.maxOutput : bytesOf('max-output', options.maxOutput),
    live: options.prefix === true,
  };
}

/** `--via` and `--reuse`. */
function wayOf(
  { via, reuse = false, argumentsOnly }: EachFlags,
  workflow: EachRequest['workflow'],
): Pick<EachRequest, 'via' | 'reuse'> {
  const way = via ?? (reuse ? 'exec' : 'log');
  if (way !== 'log' && way !== 'attach' && way !== 'exec')
    throw usage(`invalid --via ${JSON.stringify(way)}`, 'Use log, attach or exec');
  if (reuse && way !== 'exec')
    throw usage('--reuse runs commands by exec', 'Leave --via out, or write --via=exec');
  if (reuse && workflow !== 'ephemeral')
    throw usage('--reuse needs a debug container that stays', 'Leave --reuse out with --nodes and --copy');
  if (way !== 'log' && argumentsOnly === true)
    throw usage(`--arguments-only cannot be used with --via=${way}`, 'Write the program itself after --');
  return { via: way, reuse };
}

/** Options with the same meaning as for a single session. */
const SHARED_KEYS = [
  'image',
  'imagePullPolicy',
  'env',
  'envFromTarget',
  'mountsFromTarget',
  'mountsRw',
  'argumentsOnly',
  'profile',
  'asTarget',
  'runAs',
  'capAdd',
  'capDrop',
  'privileged',
  'requests',
  'limits',
] as const satisfies readonly (keyof EachFlags)[];

function sharedOptions(
  options: EachFlags,
): Pick<EachFlags, (typeof SHARED_KEYS)[number]> & { stdin: boolean } {
  const written = SHARED_KEYS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]]);
  return { ...Object.fromEntries(written), stdin: options.stdin ?? false };
}

function selectionOf(options: EachFlags, world: Pick<World, 'env' | 'now'>): EachSelection {
  if (options.allNamespaces === true && (options.namespace ?? []).length > 0) {
    throw usage('--all-namespaces and --namespace contradict each other', 'Leave one of them out');
  }
  const seed = options.seed ?? new Date(world.now()).toISOString().slice(0, 10);
  return {
    ...(options.selector ? { labelSelector: options.selector } : {}),
    ...(options.fieldSelector ? { fieldSelector: options.fieldSelector } : {}),
    namespaces: options.namespace ?? [],
    excludeNamespaces: options.excludeNamespace ?? [],
    onePerOwner: options.onePerOwner ?? false,
    ...(options.sample === undefined ? {} : { sample: { count: count('sample', options.sample, 1), seed } }),
    ...(options.shard === undefined ? {} : { shard: shardOf(options.shard, world.env) }),
    eachContainer: options.eachContainer ?? false,
    maxDebugContainers: count(
      'max-debug-containers',
      options.maxDebugContainers ?? EACH_DEFAULTS.maxDebugContainers,
      1,
    ),
  };
}

function paceOf(options: EachFlags): EachPace {
  const rate = options.rate === undefined ? EACH_DEFAULTS.rate : Number(options.rate);
  if (!(rate > 0 && rate <= 10_000))
    throw usage(`invalid --rate ${JSON.stringify(options.rate)}`, 'Write a number of starts per second');
  const halt = options.halt ?? 'soon';
  if (halt !== 'soon' && halt !== 'now')
    throw usage(`invalid --halt ${JSON.stringify(halt)}`, 'Use soon or now');
  return {
    parallel: count('parallel', options.parallel ?? EACH_DEFAULTS.parallel, 1),
    rate,
    perNode: count('per-node', options.perNode ?? EACH_DEFAULTS.perNode, 1),
    perWarmNode: options.perNode ?? EACH_DEFAULTS.perWarmNode,
    ...(options.first === undefined ? {} : { first: count('first', options.first, 1) }),
    startTimeout:
      options.startTimeout === undefined
        ? EACH_DEFAULTS.startTimeout
        : readDuration('start-timeout', options.startTimeout),
    ...limit('runTimeout', options.runTimeout, 'run-timeout'),
    ...limit('deadline', options.deadline, 'deadline'),
    ...(options.maxFailures === undefined ? {} : { maxFailures: failuresOf(options.maxFailures) }),
    halt,
  };
}

function limit<K extends string>(key: K, text: string | undefined, flag: string): { [P in K]?: number } {
  const value = text === undefined ? 0 : readDuration(flag, text);
  return (value === 0 ? {} : { [key]: value }) as { [P in K]?: number };
}

function count(flag: string, value: number, least: number): number {
  if (value >= least) return value;
  throw usage(`invalid --${flag} ${value}`, `Write a number from ${least}`);
}

/** `5` or `5%`. */
function failuresOf(text: string): NonNullable<EachPace['maxFailures']> {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const value = Number(match?.[1]);
  if (match !== null && match[2] === '%' && value <= 100) return { share: value / 100 };
  if (match !== null && match[2] === '' && Number.isInteger(value)) return { count: value };
  throw usage(
    `invalid --max-failures ${JSON.stringify(text)}`,
    'Write a number such as 5, or a percentage such as 5%',
  );
}

/** `2/10` is the second of ten; `auto/10` takes its index from an Indexed Job, which counts from 0. */
function shardOf(text: string, env: World['env']): NonNullable<EachSelection['shard']> {
  const [place = '', parts = ''] = text.split('/');
  const total = Number(parts);
  const index = place === 'auto' ? Number(env.JOB_COMPLETION_INDEX ?? NaN) : Number(place) - 1;
  if (place === 'auto' && env.JOB_COMPLETION_INDEX === undefined) {
    throw usage('--shard=auto needs JOB_COMPLETION_INDEX', 'It is set in the pods of an Indexed Job');
  }
  if (Number.isInteger(total) && total > 0 && Number.isInteger(index) && index >= 0 && index < total)
    return { index, total };
  throw usage(`invalid --shard ${JSON.stringify(text)}`, 'Write a shard as I/N, such as 2/10');
}

function bytesOf(flag: string, text: string): number {
  const value = readQuantity(text);
  if (value !== undefined && value > 0) return Math.floor(value);
  throw usage(`invalid --${flag} ${JSON.stringify(text)}`, 'Write a number of bytes, such as 64Ki or 1Mi');
}

/** Whether nothing will be written: `--list`, or `--dry-run`. Throws DbgError (usage). */
export function isListing(options: EachFlags): boolean {
  const mode = options.dryRun ?? 'none';
  if (!['none', 'client', 'server'].includes(mode)) {
    throw usage(`invalid --dry-run ${JSON.stringify(mode)}`, 'Use none, client or server');
  }
  return options.list === true || mode !== 'none';
}

/** The share (0 to 1) of `--min-coverage`. */
export function coverageOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(text);
  const value = Number(match?.[1]);
  if (match !== null && value <= 100) return value / 100;
  throw usage(`invalid --min-coverage ${JSON.stringify(text)}`, 'Write a percentage such as 98%');
}
