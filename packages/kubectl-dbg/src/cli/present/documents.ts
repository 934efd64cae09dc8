import { toJson } from '../../base/to-json.ts';
import type { OperationEvent } from '../../model/event.ts';
import type { DbgError } from '../../model/failure.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import {
  exitCodeOfInterruption,
  Interrupted,
  type Interruption,
  OutputFailed,
} from '../../model/interruption.ts';
import type { Plan } from '../../model/plan.ts';
import type { World } from '../../model/world.ts';
import type { SessionReport } from '../../session/session.ts';
import { eventWords } from './event-words.ts';
import { failureJson, outcomeJson } from './outcome-json.ts';
import { failureWords } from './outcome-words.ts';

/** Events that a document includes, under `notices`. */
const TOLD: ReadonlySet<OperationEvent['kind']> = new Set([
  'notice',
  'warning',
  'unanswered-write',
  'left-behind',
  'not-replaced',
  'replacement-interrupted',
]);

interface Told {
  level: 'info' | 'warning';
  code: string;
  text: string;
}

/** The output of `-o json`: a document for each finished session, with its notices. */
export class OutcomeDocuments {
  readonly #documents: Record<string, unknown>[] = [];
  readonly #commands: FollowUpCommands;
  #told: Told[] = [];
  #isList = false;

  constructor(commands: FollowUpCommands) {
    this.#commands = commands;
  }

  /** Keeps an event for the document of its session. */
  tell(event: OperationEvent): void {
    if (!TOLD.has(event.kind)) return;
    const level = event.kind === 'notice' ? 'info' : 'warning';
    const code = event.kind === 'notice' || event.kind === 'warning' ? event.code : event.kind;
    for (const words of eventWords(event, this.#commands)) {
      this.#told.push({ level, code, text: words.replace(/^Warning: /, '') });
    }
  }

  async addSession(report: SessionReport, extra: { workflow: string; created: number }): Promise<void> {
    const { outcome } = report;
    const words = 'failure' in outcome ? await failureWords(outcome, this.#commands) : undefined;
    this.#add(outcomeJson(report, extra, words));
  }

  /** A failure before there was a session. */
  async addFailure(error: DbgError): Promise<void> {
    const { wordsOf } = await import('../messages/words-of.ts');
    this.#add(failureJson(error, await wordsOf(error, this.#commands)));
  }

  /** An interruption of the command; `plan` is the current plan. */
  addInterruption(reason: Interruption, plan: Plan | undefined): void {
    const outcome =
      reason instanceof Interrupted
        ? { outcome: 'interrupted', signal: reason.signal }
        : reason instanceof OutputFailed
          ? { outcome: 'lost', message: reason.message }
          : { outcome: 'broken-pipe' };
    this.#add({
      apiVersion: 'kubectl-dbg/v1',
      kind: 'Outcome',
      workflow: plan?.workflow,
      ...plan?.session?.address,
      ...outcome,
      exitCode: exitCodeOfInterruption(reason),
    });
  }

  /** There are several targets: a list is printed, however many of them were processed. */
  expectSeveral(): void {
    this.#isList = true;
  }

  print({ stdout }: Pick<World, 'stdout'>): void {
    const last = this.#documents.at(-1);
    if (last === undefined) return;
    if (this.#told.length > 0)
      last['notices'] = [...((last['notices'] as Told[] | undefined) ?? []), ...this.#told];
    this.#told = [];
    const isList = this.#isList || this.#documents.length > 1;
    const list = { apiVersion: 'kubectl-dbg/v1', kind: 'OutcomeList', items: this.#documents };
    stdout.write(toJson(isList ? list : last, 2));
  }

  #add(document: unknown): void {
    const notices = this.#told.length === 0 ? {} : { notices: this.#told };
    this.#told = [];
    this.#documents.push({ ...(document as Record<string, unknown>), ...notices });
  }
}
