import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import {
  ApiStatusError,
  type Cluster,
  explainApiError,
  openCluster,
  type PluginPolicy,
  type Tuning,
} from '../cluster/index.ts';
import { DbgError, ExitCode } from '../errors.ts';
import {
  type DebugRequest,
  makeSleeper,
  type ManifestObject,
  type Notice,
  type PartialContainer,
  type Plan,
  resolveTarget,
  type Sleeper,
  type TargetWord,
} from '../plan/index.ts';
import { sanitise } from '../sanitise.ts';
import { applyWrite } from '../session/apply.ts';
import { parseDetachKeys } from '../session/detach-keys.ts';
import { exitCodeOf } from '../session/outcome.ts';
import type { Patience, SessionReport } from '../session/session.ts';
import { turn } from '../turn.ts';
import type { World } from '../world.ts';
import type { carryOut, CarryOutOptions } from './carry-out.ts';
import { clusterOptionsOf } from './cluster-options.ts';
import { parseTimeout } from './timeout.ts';
import type { Options, ParsedArguments } from './grammar/index.ts';
import { makeRequest } from './grammar/index.ts';
import { abortOnSignals, Interrupted } from './interrupt.ts';
import { checkExec } from './check-exec.ts';
import { makePlan } from './make-plan.ts';
import { outputOf } from './output.ts';
import { outcomeWords } from './outcome-words.ts';
import { fetchSubject, manifestSubject, selectSubjects, type Subject } from './subjects.ts';

/** What a newcomer gets without naming an image: small, everywhere, and with the usual tools. */
const DEFAULT_IMAGE = 'busybox';

const DEFAULT_DETACH_KEYS = 'ctrl-p,ctrl-q';

/** What does not come from the command line. */
export interface DebugSettings {
  pluginPolicy?: PluginPolicy | undefined;
  /** Times of the client and of sessions; tests shorten them. */
  tuning?: Partial<Tuning> | undefined;
  patience?: Patience | undefined;
  /** Called after each session. */
  afterSession?: (() => void) | undefined;
}

/** Debugs the targets of a command line; returns the exit code. */
export async function debug(
  parsed: ParsedArguments,
  world: World,
  { pluginPolicy, tuning, patience, afterSession = () => undefined }: DebugSettings = {},
): Promise<number> {
  const { options } = parsed;
  const quiet = options.quiet ?? false;
  // The connection opens while the rest of the command line is looked at, whose faults are told first.
  const opening = openCluster({ ...clusterOptionsOf(options, world), pluginPolicy, tuning }, world);
  await opening.then((cluster) => cluster.prepareRequests()).catch(() => undefined);
  const { stderr } = world;
  const say = (text: string) => void stderr.write(`${sanitise(text)}\n`);
  let asked: Asked;
  try {
    asked = await readRequest(parsed, world, quiet, say);
  } catch (error) {
    await opening.then((cluster) => cluster.close()).catch(() => undefined);
    throw error;
  }
  const cluster = await opening;
  const { words, manifests, notices, request, timeout, detachKeys } = asked;
  const { signal, release } = abortOnSignals(world);
  const documents: unknown[] | undefined =
    options.output === 'json' && (options.dryRun ?? 'none') === 'none' ? [] : undefined;
  let warnings = 0;
  cluster.onWarning((text) => {
    warnings += 1;
    say(`Warning: ${text}`);
  });
  try {
    // The code of sessions is loaded while the server is asked: it is not needed before.
    const [subjects, session] = await Promise.all([
      findSubjects(cluster, words, manifests, options, signal),
      turn().then(() => import('./carry-out.ts')),
    ]);
    showNotices(notices, quiet, say);
    const shared = {
      carryOut: session.carryOut,
      cluster,
      world,
      request,
      quiet,
      timeout,
      detachKeys,
      say,
      signal,
      afterSession,
      ...(documents === undefined ? {} : { documents }),
      ...(patience === undefined ? {} : { patience }),
    };
    const code = await debugAll(subjects, options.via === 'exec' ? viaExec(shared) : shared, options);
    if (code === 0 && warnings > 0 && options.warningsAsErrors === true) {
      throw new DbgError('refused', `${warnings} warning${warnings === 1 ? '' : 's'} received`);
    }
    if (documents !== undefined) printOutcomes(documents, world);
    return code;
  } catch (error) {
    if (signal.aborted && signal.reason instanceof Interrupted) {
      return exitCodeOf({ kind: 'interrupted', signal: signal.reason.signal });
    }
    const failure =
      error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
    if (documents !== undefined && failure instanceof DbgError) {
      const { failureJson } = await import('./outcome-json.ts');
      printOutcomes([...documents, failureJson(failure)], world);
    }
    throw failure;
  } finally {
    release();
    await cluster.close();
  }
}

/** What a command line asks for, its files read. */
interface Asked {
  words: TargetWord[];
  manifests: ManifestObject[];
  notices: readonly Notice[];
  request: DebugRequest;
  timeout: number;
  detachKeys: Uint8Array;
}

async function readRequest(
  parsed: ParsedArguments,
  world: World,
  quiet: boolean,
  say: (text: string) => void,
): Promise<Asked> {
  const { options, targets } = parsed;
  const words = targets.map((word) => resolveTarget(word));
  const { manifests, custom, notices } = await readFiles(options, world);
  const kinds = manifests.length > 0 ? manifests.map(({ kind }) => kind) : words.map(({ kind }) => kind);
  const terminal = world.stdin.isTTY === true && world.stdout.isTTY === true;
  const request = makeRequest(withoutLostTerminal(parsed, world, quiet, say), {
    kinds: kinds.length > 0 ? kinds : ['Pod'],
    defaultImage: world.env.KUBECTL_DBG_IMAGE || DEFAULT_IMAGE,
    // A command for several is run in each for its output; without one a shell is opened in each in turn.
    interactive:
      terminal && options.output === undefined && (kinds.length === 1 || parsed.words.length === 0),
    ...(custom === undefined ? {} : { custom }),
  });
  return {
    words,
    manifests,
    notices,
    request,
    timeout: parseTimeout(options.timeout),
    detachKeys: detachKeysOf(options),
  };
}

/** What the command line names by files. */
async function readFiles(
  { filename = [], custom }: Options,
  world: World,
): Promise<{ manifests: ManifestObject[]; custom?: PartialContainer; notices: readonly Notice[] }> {
  if (filename.length === 0 && !custom) return { manifests: [], notices: [] };
  const { readCustom, readManifests } = await import('./inputs.ts');
  return { manifests: await readManifests(filename, world), ...(await readCustom(custom, world)) };
}

type Shared = Omit<CarryOutOptions, 'stdout' | 'stderr'> & {
  carryOut: typeof carryOut;
  sleeper?: Sleeper;
  afterSession: () => void;
  /** One of each session that is over, for `-o json`. */
  documents?: unknown[];
};

/** `--via exec`: the container sleeps, and the command runs in it by exec, whose streams are there from its start. */
function viaExec(shared: Shared): Shared {
  const { request, world } = shared;
  const words = request.words.length > 0 ? request.words : request.tty ? ['sh'] : [];
  if (words.length === 0 || request.argumentsOnly || !request.attach) {
    throw new DbgError('usage', '--via=exec needs a command to run and a session to wait for', {
      remedy: 'Write the command after --, without --arguments-only and --attach=false',
    });
  }
  const sleeper = makeSleeper((below) => world.randomInt(below));
  // Nobody could attach to what was run by exec again: it can't be left running.
  return { ...shared, sleeper, exec: { words, end: sleeper.end }, detachKeys: new Uint8Array() };
}

/** All targets are looked up before any is changed; then one after the other, up to the first that fails. */
async function debugAll(subjects: readonly Subject[], shared: Shared, options: Options): Promise<number> {
  const { world, request, cluster, signal } = shared;
  const plans: Plan[] = [];
  // By exec, the container itself only sleeps.
  const asked =
    shared.sleeper === undefined
      ? request
      : { ...request, words: shared.sleeper.command, argumentsOnly: false, stdin: false, tty: false };
  for (const subject of subjects) {
    plans.push(await makePlan(cluster, asked, subject, (below) => world.randomInt(below), signal));
  }
  const dryRun = options.dryRun ?? 'none';
  if (shared.sleeper !== undefined && dryRun === 'none') {
    const namespaces = new Set(plans.map(({ session }) => session?.address.namespace ?? ''));
    for (const namespace of namespaces) await checkExec(cluster, namespace, signal);
  }
  const output = outputOf(options, world);
  let code: number = ExitCode.ok;
  try {
    for (const planned of plans) {
      const plan = options.edit === true ? await edited(planned, world) : planned;
      if (plans.length > 1 && dryRun === 'none' && !shared.quiet) shared.say(`${nameOf(plan)}:`);
      showNotices(plan.notices, shared.quiet, shared.say);
      if (dryRun !== 'none') {
        await printDryRun(plan, dryRun === 'server', options, shared);
        continue;
      }
      const created = world.now();
      const report = await shared.carryOut(plan, { ...shared, ...output.streams });
      if (report.attached !== undefined) shared.afterSession();
      if (shared.documents !== undefined) {
        const { outcomeJson } = await import('./outcome-json.ts');
        shared.documents.push(outcomeJson(report, { workflow: plan.workflow, created }));
      }
      const words = outcomeWords(report.outcome);
      if (words !== undefined) shared.say(`error: ${words}`);
      // As with kubectl, a command's own exit code is no failure that keeps the others from being debugged.
      const ended = exitCodeOf(report.outcome);
      if (code === 0) code = ended;
      if (ended !== 0 && !isOwnEnd(report.outcome)) break;
    }
  } finally {
    await output.end();
  }
  return code;
}

function nameOf({ pod: { metadata }, workflow }: Plan): string {
  const { namespace = '', name = '' } = metadata ?? {};
  return `pod ${namespace}/${name}${workflow === 'ephemeral' ? '' : ' (to be created)'}`;
}

/** The debug command itself ended, well or not. */
function isOwnEnd({ kind }: SessionReport['outcome']): boolean {
  return kind === 'exited' || kind === 'signalled';
}

async function edited(plan: Plan, world: World): Promise<Plan> {
  const { editPlan } = await import('./edit.ts');
  return await editPlan(plan, world);
}

async function printDryRun(plan: Plan, byServer: boolean, options: Options, shared: Shared): Promise<void> {
  const { printPlan } = await import('./print-plan.ts');
  const answers: (Pod | undefined)[] = [];
  if (byServer) {
    for (const write of plan.writes)
      answers.push(await applyWrite(shared.cluster, write, shared.signal, true));
  }
  const format = (options.output ?? 'yaml') as 'yaml' | 'json' | 'name';
  shared.world.stdout.write(await printPlan(plan, format, answers));
}

function printOutcomes(documents: readonly unknown[], world: World): void {
  const [only] = documents;
  const document =
    documents.length === 1 ? only : { apiVersion: 'kubectl-dbg/v1', kind: 'OutcomeList', items: documents };
  world.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

async function findSubjects(
  cluster: Cluster,
  words: readonly TargetWord[],
  manifests: readonly ManifestObject[],
  options: Options,
  signal: AbortSignal,
): Promise<Subject[]> {
  if (options.selector !== undefined) {
    const namespace = options.allNamespaces === true ? undefined : cluster.namespace;
    return await selectSubjects(cluster, options.selector, namespace, signal);
  }
  const written = options.namespace !== undefined && options.namespace !== '';
  const subjects: Subject[] = [];
  for (const entry of manifests) {
    const word = resolveTarget(`${entry.kind}/${entry.object.metadata?.name ?? ''}`);
    subjects.push(await manifestSubject(cluster, entry, word, written, signal));
  }
  for (const word of words) subjects.push(await fetchSubject(cluster, word, signal));
  return subjects;
}

/**
 * `-t` where stdin is no terminal: a container with a terminal could never be told where the input ends, so it is made
 * without one. With --attach=false the terminal is for somebody who attaches later.
 */
function withoutLostTerminal(
  parsed: ParsedArguments,
  world: World,
  quiet: boolean,
  say: (text: string) => void,
): ParsedArguments {
  const { options } = parsed;
  const dry = options.dryRun !== undefined && options.dryRun !== 'none';
  if (options.tty !== true || world.stdin.isTTY === true || options.attach === false || dry) return parsed;
  if (!quiet) say('Unable to use a TTY - input is not a terminal or the right kind of file');
  return { ...parsed, options: { ...options, tty: false } };
}

function detachKeysOf(options: Options): Uint8Array {
  const text = options.detachKeys ?? DEFAULT_DETACH_KEYS;
  const keys = parseDetachKeys(text);
  if (keys !== undefined) return keys;
  throw new DbgError('usage', `invalid --detach-keys ${JSON.stringify(text)}`, {
    remedy: 'Write keys such as ctrl-p,ctrl-q; empty for none',
  });
}

function showNotices(notices: readonly Notice[], quiet: boolean, say: (text: string) => void): void {
  for (const { level, text, always } of notices) {
    if (quiet && always !== true) continue;
    say(level === 'warning' ? `Warning: ${text}` : text);
  }
}
