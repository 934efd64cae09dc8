import { sanitise } from '../../base/sanitise.ts';
import { abortable } from '../../base/abortable.ts';
import { yieldToEventLoop } from '../../base/yield-to-event-loop.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import type { OnEvent } from '../../model/event.ts';
import { DbgError, ExitCode } from '../../model/failure.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import { interruptionOf } from '../../model/interruption.ts';
import { exitCodeOf, type Outcome } from '../../model/outcome.ts';
import { newSessionId } from '../../model/ownership.ts';
import type { Notice, Plan } from '../../model/plan.ts';
import type { World } from '../../model/world.ts';
import type { executePlan } from '../../operations/debug/execute-plan.ts';
import { tellWaiting } from '../../operations/debug/tell-waiting.ts';
import { type AskedDebug, readRequest } from '../debug-request.ts';
import type { Options, ParsedArguments } from '../grammar/index.ts';
import type { EditedPlan } from '../edit.ts';
import { openOutput } from '../output.ts';
import { openCluster } from '../open-cluster.ts';
import { preloadEndings } from '../preload-endings.ts';
import { commandsFor } from '../present/command-line.ts';
import type { OutcomeDocuments } from '../present/documents.ts';
import { showEvents } from '../present/show-events.ts';
import { rememberSession } from '../sessions/remember-session.ts';
import type { Command, CommandSettings } from './command.ts';
import { CliError } from '../cli-error.ts';

/** `kubectl dbg TARGET`. Its help is that of the program. */
export const command: Command = { about: [], usage: [], run: debug };

/** What all steps of one command line share. */
interface Run {
  cluster: Cluster;
  asked: AskedDebug;
  options: Options;
  world: World;
  settings: CommandSettings;
  commands: FollowUpCommands;
  on: OnEvent;
  /** For `-o json`. */
  documents: OutcomeDocuments | undefined;
  execute: typeof executePlan;
  /** The user's name, for marks. */
  who: Promise<string | undefined> | undefined;
  /** The current plan. */
  current?: Plan;
  /** The last session's report itself says that it was interrupted. */
  hasEnded?: boolean;
}

/** Debugs the targets of a command line; returns the exit code. */
async function debug(parsed: ParsedArguments, world: World, settings: CommandSettings): Promise<number> {
  const { options } = parsed;
  const { signal } = settings;
  const commands = commandsFor(options, world);
  const documents = await documentsFor(options, commands);
  let cluster: Cluster | undefined;
  let remembered: Promise<void> | undefined;
  const show = showEvents(world, { quiet: options.quiet ?? false, commands });
  const on: OnEvent = (event) => {
    documents?.tell(event);
    show(event);
    if ((event.kind === 'created' || event.kind === 'output-begins') && cluster !== undefined) {
      remembered = rememberSession(event.address, cluster.server, world);
    }
    if (event.kind === 'output-begins' && cluster !== undefined) preloadEndings(cluster);
  };
  let warnings = 0;
  let run: Run | undefined;
  try {
    // Mistakes on the command line are found before any server is contacted.
    const asked = await abortable(readRequest(parsed, world), signal);
    cluster = await openCluster(options, world, settings);
    await cluster.prepareRequests();
    // Loaded while the connection is opened.
    const { makePlans, resolveTargets } = await import('../../operations/debug/make-plans.ts');
    cluster.onWarning((text) => {
      warnings += 1;
      on({ kind: 'warning', code: 'server', text, always: true });
    });
    // The code of sessions is loaded during the requests: it is not needed earlier.
    const namespaceWritten = options.namespace !== undefined && options.namespace !== '';
    const { selector, allNamespaces } = options;
    const named = {
      ...asked,
      ...(selector === undefined ? {} : { selector }),
      ...(allNamespaces === undefined ? {} : { allNamespaces }),
      namespaceWritten,
    };
    const who = isDryRun(options) || !isMarked(asked) ? undefined : askWho(cluster, signal);
    const [targets, session] = await Promise.all([
      tellWaiting(resolveTargets(cluster, named, { signal }), on, 'answer', cluster),
      yieldToEventLoop().then(() => import('../../operations/debug/execute-plan.ts')),
    ]);
    tellNotices(asked.notices, on);
    const planning = makePlans(
      cluster,
      asked.request,
      targets,
      { draw: (below) => world.randomInt(below), signal },
      { sleeper: asked.exec?.sleeper, dryRun: isDryRun(options) },
    );
    const plans = await tellWaiting(planning, on, 'answer', cluster);
    if (plans.length > 1) documents?.expectSeveral();
    const execute = session.executePlan;
    run = { cluster, asked, who, options, world, settings, commands, on, documents, execute };
    const code = isDryRun(options) ? await printPlans(plans, run) : await executePlans(plans, run);
    if (code === 0 && warnings > 0 && options.warningsAsErrors === true) {
      throw new CliError(
        'refused',
        'WarningsReceived',
        `${warnings} warning${warnings === 1 ? '' : 's'} received`,
      );
    }
    return code;
  } catch (error) {
    const interruption = interruptionOf(signal);
    if (interruption !== undefined && run?.hasEnded !== true) {
      documents?.addInterruption(interruption, run?.current);
    }
    signal.throwIfAborted();
    const failure =
      error instanceof ApiStatusError ? explainApiError(error, { server: cluster?.server }) : error;
    if (failure instanceof DbgError) await documents?.addFailure(failure);
    throw failure;
  } finally {
    documents?.print(world);
    await remembered;
    await cluster?.close();
  }
}

/** One after the other, up to the first that fails. */
async function executePlans(plans: readonly Plan[], run: Run): Promise<number> {
  const { asked, options, world, settings, on, documents, commands } = run;
  const { signal, abort, created, patience, afterSession } = settings;
  const { exec } = asked;
  const session = newSessionId((below) => world.randomInt(below));
  const output = await openOutput(options, world, abort);
  let code: number = ExitCode.ok;
  try {
    for (const planned of plans) {
      const edited = options.edit === true ? await edit(planned, run) : undefined;
      const plan = edited?.plan ?? planned;
      run.current = plan;
      if (plans.length > 1) tellTarget(plan, on);
      tellNotices(plan.notices, on);
      const begun = world.now();
      const executing = run.execute(plan, {
        cluster: run.cluster,
        request: asked.request,
        io: streamsOf(world, output),
        timeout: asked.timeout,
        detachKeys: asked.detachKeys,
        ...(exec === undefined ? {} : { exec: exec.words }),
        ...(patience === undefined ? {} : { patience }),
        session,
        who: run.who,
        why: asked.why,
        created,
        on,
        signal,
      });
      const report = await keepIfRefused(executing, edited, signal);
      if (report.attached !== undefined) afterSession?.();
      await documents?.addSession(report, { workflow: plan.workflow, created: begun });
      delete run.current;
      run.hasEnded = signal.aborted && !isOwnEnd(report.outcome);
      signal.throwIfAborted();
      await tellOutcome(report.outcome, commands, world);
      // As with kubectl, a command's own exit code does not stop the debugging of the other targets.
      const ended = exitCodeOf(report.outcome);
      if (code === 0) code = ended;
      if (ended !== 0 && !isOwnEnd(report.outcome)) break;
    }
  } finally {
    await output.end();
  }
  return code;
}

async function printPlans(plans: readonly Plan[], run: Run): Promise<number> {
  const { cluster, options, world, settings, on } = run;
  const { printPlan } = await import('../present/print-plan.ts');
  const { dryRunPlan } = await import('../../operations/debug/dry-run.ts');
  const format = (options.output ?? 'yaml') as 'yaml' | 'json' | 'name';
  for (const planned of plans) {
    const edited = options.edit === true ? await edit(planned, run) : undefined;
    const plan = edited?.plan ?? planned;
    tellNotices(plan.notices, on);
    const sending = options.dryRun === 'server' ? dryRunPlan(cluster, plan, settings.signal) : [];
    const answers = await keepIfRefused(sending, edited, settings.signal);
    world.stdout.write(await printPlan(plan, format, answers));
  }
  return ExitCode.ok;
}

/** Created pods get a mark; an ephemeral container is recorded if there is a reason. */
function isMarked({ request, words, manifests, why }: AskedDebug): boolean {
  const makesPods =
    request.copy !== undefined || [...words, ...manifests].some(({ kind }) => kind === 'Node');
  return makesPods || why !== undefined;
}

/** Requested while the target is read. */
async function askWho(cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
  const { whoAmI } = await import('../../operations/debug/who-am-i.ts');
  return await whoAmI(cluster, signal);
}

function isDryRun({ dryRun = 'none' }: Options): boolean {
  return dryRun !== 'none';
}

async function documentsFor(
  options: Options,
  commands: FollowUpCommands,
): Promise<OutcomeDocuments | undefined> {
  if (options.output !== 'json' || isDryRun(options)) return undefined;
  const { OutcomeDocuments } = await import('../present/documents.ts');
  return new OutcomeDocuments(commands);
}

async function edit(plan: Plan, { world, settings, on }: Run): Promise<EditedPlan> {
  const { editPlan } = await import('../edit.ts');
  return await editPlan(plan, world, { ...settings, on });
}

/** What the user has written in an editor is not lost if the server refuses it. */
async function keepIfRefused<T>(
  sending: T | Promise<T>,
  edited: EditedPlan | undefined,
  signal: AbortSignal,
): Promise<T> {
  try {
    return await sending;
  } catch (error) {
    // The refusal matters more than a file that can't be written.
    if (!signal.aborted) await edited?.keep().catch(() => undefined);
    throw error;
  }
}

/** The world's streams, with the replaced output streams; the getters of a world open its streams. */
function streamsOf(world: World, { stdout, stderr }: { stdout: World['stdout']; stderr: World['stderr'] }) {
  return {
    get stdin() {
      return world.stdin;
    },
    stdout,
    stderr,
    now: () => world.now(),
    onSignal: (signal: Parameters<World['onSignal']>[0], listener: () => void) =>
      world.onSignal(signal, listener),
    passOutput: () => world.passOutput(),
    suspend: () => world.suspend(),
  };
}

async function tellOutcome(
  outcome: Outcome,
  commands: FollowUpCommands,
  { stderr }: Pick<World, 'stderr'>,
): Promise<void> {
  if (outcome.kind === 'exited') return;
  const { outcomeWords } = await import('../present/outcome-words.ts');
  const words = await outcomeWords(outcome, commands);
  if (words !== undefined) stderr.write(`${sanitise(`error: ${words}`)}\n`);
}

/** The debug command itself exited, successfully or not. */
function isOwnEnd({ kind }: Outcome): boolean {
  return kind === 'exited' || kind === 'signalled';
}

function tellTarget({ pod: { metadata }, workflow }: Plan, on: OnEvent): void {
  const { namespace = '', name = '' } = metadata ?? {};
  on({ kind: 'target', namespace, pod: name, creates: workflow !== 'ephemeral' });
}

function tellNotices(notices: readonly Notice[], on: OnEvent): void {
  for (const { level, code, text, always } of notices) {
    on({
      kind: level === 'warning' ? 'warning' : 'notice',
      code,
      text,
      ...(always === undefined ? {} : { always }),
    });
  }
}
