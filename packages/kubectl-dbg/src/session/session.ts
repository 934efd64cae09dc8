import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { attachSession } from './attach-session.ts';
import { startFailure } from './endings.ts';
import { execSession } from './exec-session.ts';
import { SessionContext } from './session-context.ts';
import type { SessionOptions, SessionReport } from './session-options.ts';
import { isApiStatusError } from './status-code.ts';
import type { Clock } from './stream/clock.ts';
import type { DeliveryReport } from './stream/deliver.ts';
import { DbgError } from '../model/failure.ts';
import { outcomeOfTermination } from '../model/outcome.ts';
import { judge, type SessionFacts } from './verdict.ts';
import type { DiagnosisContext } from './wait/diagnosis.ts';
import { containerSpec, isRestarted } from './wait/container-state.ts';
import { PhaseClock } from './wait/phases.ts';
import { inDoctorsWords } from './wait/doctors-words.ts';
import { waitForContainer, type Waited } from './wait/wait-for-container.ts';

export type {
  SessionAddress,
  SessionListener,
  SessionNotice,
  SessionOptions,
  SessionReport,
  SessionTimeouts,
} from './session-options.ts';

/**
 * Follows one debug container from its write to its outcome. Whatever the cluster, the user or the system does is an
 * outcome, not an exception. When it resolves, no connection, timer or raw terminal of the session is left.
 *
 * @param clock the clock for streams and pauses; tests pass their own
 */
export async function runSession(options: SessionOptions, clock?: Clock): Promise<SessionReport> {
  const session = new SessionContext(options, clock);
  try {
    options.cluster.prepareUpgrade();
    return await follow(session);
  } finally {
    session.end.end({ kind: 'end-unknown' });
    session.outage.stop();
    session.terminal.restore();
    session.flushNotices();
    await session.tracker.stop();
  }
}

async function follow(session: SessionContext): Promise<SessionReport> {
  const { options, end, tracker } = session;
  const { address, world, pod, stdin, tty } = options;
  const context = contextOf(pod, address.container);
  const begun = world.now();
  const report: SessionReport = {
    address,
    outcome: {
      kind: 'lost',
      message: 'the session did not start',
      failure: { code: 'SessionLost', facts: { container: address.container } },
    },
    begun,
    ended: 0,
    ...(context.target ? { target: context.target } : {}),
  };
  const finish = (outcome: SessionReport['outcome']): SessionReport => ({
    ...report,
    ...(session.attached === undefined ? {} : { attached: session.attached }),
    ...(report.running === undefined || session.hasEnded ? {} : { runsOn: true }),
    outcome,
    ended: world.now(),
  });
  const told = async (ended: SessionReport): Promise<SessionReport> => ({
    ...ended,
    outcome: await inDoctorsWords(ended.outcome, tracker.current.pod, address.container),
  });
  const way = options.exec === undefined ? ('attach' as const) : ('exec' as const);
  const facts: Omit<SessionFacts, 'end' | 'seen' | 'run'> = { address, stdin, tty, context, way };
  const verdict = (more: Pick<SessionFacts, 'delivery' | 'exec' | 'inputCut'> = {}) => {
    const seen = { end: end.reason ?? ({ kind: 'end-unknown' } as const), seen: tracker.current };
    return finish(judge({ ...facts, ...more, ...seen, run: session.run }));
  };

  const phases = new PhaseClock(begun);
  const waited = await wait(session, context, phases);
  if (waited === undefined) {
    // It may start at any moment.
    const mayRun = !session.hasEnded && !tracker.current.deleted;
    return { ...verdict(), ...(mayRun ? { runsOn: true } : {}) };
  }
  if (waited.kind === 'ended') return finish(waited.outcome);
  report.phases = phases.read(world.now());
  if (waited.kind === 'terminated') {
    const outcome = outcomeOfTermination(waited.terminated);
    if (outcome.kind === 'never-started') return told(finish(startFailure(outcome.message, context)));
  } else {
    session.enterRun();
    report.running = world.now();
  }

  if (options.exec !== undefined && waited.kind === 'running') {
    const result = await execSession(session, options.exec);
    if (result === undefined) return verdict();
    report.delivery = result.delivery;
    report.isSleeperTold = result.isSleeperTold;
    return told(verdict({ exec: { end: result.end } }));
  }
  const { delivery, inputCut } = await attachSession(session, waited.kind === 'running');
  report.delivery = delivery;
  const judged = await told(verdict({ delivery, inputCut }));
  tellOfEnd(session, delivery, judged.outcome);
  return judged;
}

/** Waits for the container; undefined if the session ended in the meantime. */
async function wait(
  session: SessionContext,
  context: DiagnosisContext,
  phases: PhaseClock,
): Promise<Waited | undefined> {
  const { options, end, tracker } = session;
  const { cluster, address, timeout, listener, world } = options;
  try {
    return await waitForContainer({
      cluster,
      tracker,
      namespace: address.namespace,
      context,
      timeout,
      signal: end.signal,
      onProgress: (progress) => {
        phases.enter(progress.phase, world.now());
        listener.progress(progress);
      },
    });
  } catch (error) {
    if (end.reason === undefined && !isOfCluster(error)) throw error;
    end.end({ kind: 'pod-unknown', error });
    return undefined;
  }
}

function isOfCluster(error: unknown): boolean {
  return error instanceof DbgError || isApiStatusError(error);
}

/** What the user should know about a finished session, besides its outcome. */
function tellOfEnd(
  session: SessionContext,
  { inexact, fromLog, gaps }: Pick<DeliveryReport, 'inexact' | 'fromLog' | 'gaps'>,
  outcome: SessionReport['outcome'],
): void {
  if (inexact && session.end.reason?.kind === 'delivered') {
    session.notify(
      'inexact-output',
      `${fromLog} bytes of the output came from the container's log, which drops a carriage return before each newline`,
    );
  }
  // Without a terminal this is the outcome.
  if (session.options.tty && gaps.some(({ reason }) => reason === 'log-refused' || reason === 'log-cut')) {
    session.notify(
      'missing-output',
      'what was printed before the terminal was attached may be missing: the log that has it could not be read',
    );
  }
  if (outcome.kind === 'exited' && isStartedAgain(session, outcome.code)) {
    const { container, pod } = session.options.address;
    session.notify(
      'restarts',
      `container ${container} of pod ${pod} exited with ${outcome.code}, and its restart policy restarts it each time, which leads to CrashLoopBackOff`,
    );
  }
  if (outcome.kind === 'exited' && outcome.reason !== undefined) {
    const { container } = session.options.address;
    session.notify(
      'exit-reason',
      `container ${container} exited with ${outcome.code}, and its status says ${outcome.reason}`,
    );
  }
}

/** Whether the kubelet restarts the container, which is only possible in a copy. */
function isStartedAgain({ tracker, options }: SessionContext, exitCode: number): boolean {
  return isRestarted(tracker.current.pod, options.address.container, { exitCode });
}

function contextOf(pod: Pod, container: string): DiagnosisContext {
  const spec = containerSpec(pod, container);
  return { container, image: spec?.image, target: spec?.targetContainerName };
}
