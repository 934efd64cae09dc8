import type { CommandEnd } from 'kubectl-dbg-wire';
import type { RemoteCommand } from '../cluster/types.ts';
import { endSleeper, runBeside } from './end-sleeper.ts';
import { Connection, type Opening } from './connection.ts';
import type { OpenFailure } from './open-failure.ts';
import type { SessionContext } from './session-context.ts';
import type { ExecWords, SessionReport } from './session-options.ts';
import { relayOutput } from './stream/relay.ts';
import { tellWaiting } from './tell-waiting.ts';
import { sendSize } from './terminal/input.ts';
import { redrawing } from './terminal/redraw.ts';
import { UserInput } from './user-input.ts';

/** Time limit for terminating the sleeper, in ms, in parallel to everything else: it exits by itself in the end. */
const END_SLEEPER_MS = 2_000;

/** Time limit for finding out why a program could not be run, in ms. */
const ASK_WHY_MS = 5_000;
/** Exit codes of a shell: not executable, and not found. */
const NOT_RUN = new Set([126, 127]);
/** Exit codes of the command that finds out why. */
const NOT_THERE = 41;
const NOT_ALLOWED = 42;

/** The result of an exec. */
export interface ExecResult {
  delivery: NonNullable<SessionReport['delivery']>;
  /** How the command ended; undefined if unknown. */
  end: CommandEnd | undefined;
  /** The container's own process was told to exit. */
  isSleeperTold: boolean;
}

/** Runs a command by exec in the container that only sleeps: its streams are exact, and they report its exit. */
export async function execSession(
  session: SessionContext,
  { words, end: endWords, program }: ExecWords,
): Promise<ExecResult | undefined> {
  const { options, end, terminal, clock, patience } = session;
  const { cluster, address, stdin, tty, stdout, stderr } = options;
  const input = new UserInput(session);
  const streams = { ...address, command: words, stdin, stdout: true, stderr: !tty, tty };
  const what = `container ${address.container}`;
  const connection = new Connection({
    open: async (signal) => {
      const command = await cluster.exec({ ...streams, signal });
      return tty ? redrawing(command, stdout, end.signal) : command;
    },
    judge: (error) => session.judgeOpening(error, 'exec'),
    opened: (command) => {
      session.opened(command);
      input.start(connection);
    },
    waiting: tellWaiting(session, what),
    breaks: {
      kind: 'lost',
      message: `cannot run the command in ${what} of pod ${address.pod}`,
      failure: { code: 'StreamFailed', facts: { container: address.container, way: 'exec' } },
    },
    clock,
    signal: end.signal,
    ended: new AbortController().signal,
  });
  options.listener.begins();
  terminal.onResize((size) => void sendSize(connection, size, false).catch(ignore));
  let sleeper: Promise<boolean> | undefined;
  let result: ExecResult | undefined;
  try {
    const command = commandOf(await connection.open(patience.open), session);
    if (command === undefined) return undefined;
    const relayed = await relayOutput(command, terminal.output, stderr, clock, end.signal);
    const commandEnd = await explainEnd(session, relayed.end, program);
    sleeper = endContainer(session, endWords);
    end.end(
      relayed.complete
        ? { kind: 'delivered' }
        : { kind: 'output-closed', error: stdout.errored ?? stderr.errored ?? undefined },
    );
    const bytes = relayed.stdout + relayed.stderr;
    result = {
      isSleeperTold: false,
      delivery: {
        stdout: relayed.stdout,
        stderr: relayed.stderr,
        fromLog: 0,
        inexact: false,
        bytes,
        lost: 0,
      },
      end: commandEnd,
    };
    return result;
  } finally {
    // After any error, nothing of this session remains.
    end.end({ kind: 'end-unknown' });
    sleeper ??= endContainer(session, endWords);
    const [isTold] = await Promise.all([sleeper, input.stopped()]);
    if (result !== undefined) result.isSleeperTold = isTold;
  }
}

function commandOf(opening: Opening, { options, end }: SessionContext): RemoteCommand | undefined {
  if (opening.kind === 'open') return opening.command;
  const { container, pod } = options.address;
  const failure: OpenFailure =
    opening.kind === 'gave-up'
      ? opening.failure
      : {
          kind: 'lost',
          message: `container ${container} of pod ${pod} terminated before the command could run in it`,
          failure: { code: 'StreamFailed', facts: { container, way: 'exec' } },
        };
  end.end({ kind: 'not-opened', failure });
  return undefined;
}

/** The shell's exit code for a program that is missing or not executable may also be a command's own. */
async function explainEnd(
  { options, end, clock }: SessionContext,
  told: CommandEnd | undefined,
  program: ExecWords['program'],
): Promise<CommandEnd | undefined> {
  if (program === undefined || told?.kind !== 'exit' || !NOT_RUN.has(told.code)) return told;
  const late = new AbortController();
  const cancel = clock.after(ASK_WHY_MS, () => late.abort());
  const signal = AbortSignal.any([end.signal, late.signal]);
  const why = await runBeside(options.cluster, options.address, program.whyNotRun, signal).catch(
    () => undefined,
  );
  cancel();
  if (why?.kind !== 'exit' || (why.code !== NOT_THERE && why.code !== NOT_ALLOWED)) return told;
  const missing = program.name.includes('/')
    ? 'no such file or directory'
    : 'executable file not found in $PATH';
  const words = why.code === NOT_THERE ? missing : 'permission denied';
  return {
    kind: 'failure',
    message: `OCI runtime exec failed: exec: ${JSON.stringify(program.name)}: ${words}`,
  };
}

/**
 * Terminates the container's own process; false if that fails or takes too long: it exits by itself only in the end. After
 * an interruption that is left to the caller, whose clean-up has little time.
 */
async function endContainer(
  { options, clock }: SessionContext,
  command: readonly string[],
): Promise<boolean> {
  if (options.signal.aborted) return false;
  const over = new AbortController();
  const cancel = clock.after(END_SLEEPER_MS, () => over.abort());
  const signal = AbortSignal.any([over.signal, options.signal]);
  const isTold = await endSleeper(options.cluster, options.address, command, signal).then(
    () => true,
    () => false,
  );
  cancel();
  return isTold;
}

function ignore(): void {
  // the end of the stream reports the error
}
