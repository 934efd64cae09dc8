import type { RemoteCommand } from '../cluster/types.ts';
import { yieldToEventLoop } from '../base/yield-to-event-loop.ts';
import { Connection, type Opening } from './connection.ts';
import { pauseOn } from './pause-on.ts';
import type { SessionContext } from './session-context.ts';
import { deliverOutput, type DeliveryReport } from './stream/deliver.ts';
import { tellWaiting } from './tell-waiting.ts';
import { sendSize } from './terminal/input.ts';
import { redrawing } from './terminal/redraw.ts';
import { UserInput } from './user-input.ts';
import { viewContainer } from './wait/container-state.ts';

/** WebSocket close code of a normal closure (RFC 6455). */
const NORMAL_CLOSURE = 1000;

/** When the pod is first read after its stream was closed, in ms: the watch is nearly always faster. */
const FIRST_ASK_MS = 2_000;

/**
 * Forwards the container's output, and the user's input to it, until the session ends.
 *
 * @param running there is a process to attach to; otherwise it has already terminated, and its log is complete
 */
export async function attachSession(session: SessionContext, running: boolean): Promise<Attached> {
  const attach = new AttachSession(session);
  return { delivery: await attach.run(running), inputCut: attach.inputCut };
}

/** The result of an attach. */
export interface Attached {
  delivery: DeliveryReport;
  /** The stream ended without a status before all of the input was sent: the command may have seen a part of it. */
  inputCut: boolean;
}

class AttachSession {
  readonly #session: SessionContext;
  readonly #connection: Connection;
  readonly #input: UserInput;
  /** Aborted when the container has terminated. */
  readonly #ended = new AbortController();
  #asking = false;
  inputCut = false;

  constructor(session: SessionContext) {
    const { options, end, clock } = session;
    const { container, pod } = options.address;
    this.#session = session;
    this.#input = new UserInput(session);
    this.#connection = new Connection({
      open: (signal) => this.#open(signal),
      judge: (error) => session.judgeOpening(error, 'attach'),
      opened: (command) => this.#opened(command),
      waiting: tellWaiting(session, `container ${container}`),
      breaks: {
        kind: 'lost',
        message: `lost the session with container ${container} of pod ${pod}: its connection keeps breaking`,
        failure: { code: 'StreamFailed', facts: { container, way: 'attach' } },
      },
      clock,
      signal: end.signal,
      ended: this.#ended.signal,
    });
  }

  async run(running: boolean): Promise<DeliveryReport> {
    const { options, end, terminal, clock } = this.#session;
    const terminated = this.#watchEnd();
    const attach = running ? this.#attach() : undefined;
    // The request is sent before any output is written.
    if (attach !== undefined) await yieldToEventLoop();
    options.listener.begins();
    terminal.onResize((size) => void sendSize(this.#connection, size, false).catch(ignore));
    try {
      const report = await deliverOutput({
        cluster: options.cluster,
        address: options.address,
        attach,
        reattach: () => this.#reattach(),
        isReplaced: () => this.#session.isReplaced,
        terminated,
        stdout: terminal.output,
        stderr: options.stderr,
        tty: options.tty,
        stdin: options.stdin,
        signal: end.signal,
        clock,
      });
      end.end(
        report.complete ? { kind: 'delivered' } : { kind: 'output-closed', error: this.#outputError() },
      );
      // If the container has terminated, the server reports that before it closes the stream.
      this.inputCut = report.unannounced && this.#input.isPartlySent;
      return report;
    } finally {
      // After any error, nothing of this session remains.
      end.end({ kind: 'end-unknown' });
      await this.#input.stopped();
    }
  }

  /** Resolves when the container has terminated. If the pod can't be watched, that is unknown, and the session ends. */
  #watchEnd(): Promise<void> {
    const { tracker, end } = this.#session;
    return tracker
      .until(() => (this.#session.hasEnded ? true : undefined), end.signal)
      .then(
        () => this.#ended.abort(),
        async (error: unknown) => {
          end.end({ kind: 'pod-unknown', error });
          await new Promise<never>(ignore);
        },
      );
  }

  async #open(signal: AbortSignal): Promise<RemoteCommand> {
    const { options, end } = this.#session;
    const { cluster, address, stdin, tty, stdout } = options;
    const command = await cluster.attach({ ...address, stdin, stdout: true, stderr: !tty, tty, signal });
    return tty ? redrawing(command, stdout, end.signal) : command;
  }

  #opened(command: RemoteCommand): void {
    this.#session.opened(command);
    void command.closed.then(({ code }) => (code === NORMAL_CLOSURE ? this.#askForEnd() : undefined));
    this.#input.start(this.#connection);
  }

  async #attach(): Promise<RemoteCommand | undefined> {
    const { options, patience } = this.#session;
    const opening = await this.#connection.open(patience.open);
    if (opening.kind !== 'gave-up' || options.stdin) return this.#take(opening);
    // Without input the log is sufficient.
    this.#session.notify('attach-refused', `${opening.failure.message}: following its log instead`);
    return undefined;
  }

  /** Broken piped input cannot be continued: it is unknown how much of it arrived. */
  async #reattach(): Promise<RemoteCommand | undefined> {
    const { options, end, patience, terminal } = this.#session;
    if (this.#input.isCutByBreak) {
      if ((await this.#session.askState()) !== 'ended') end.end({ kind: 'input-cut' });
      return undefined;
    }
    const { container } = options.address;
    terminal.showStatus(`kubectl dbg: container ${container}: connection lost, trying again`);
    this.#session.notify('reattach', `the connection to container ${container} broke: trying again`);
    return this.#take(await this.#connection.reopen(patience.reopen));
  }

  #take(opening: Opening): RemoteCommand | undefined {
    if (opening.kind === 'gave-up') this.#session.end.end({ kind: 'not-opened', failure: opening.failure });
    return opening.kind === 'open' ? opening.command : undefined;
  }

  /**
   * After the stream is closed, the container's termination should be known within moments. If the watch is silent, the
   * pod is read at intervals until patience ends.
   */
  async #askForEnd(): Promise<void> {
    const { clock, end, tracker, patience } = this.#session;
    if (this.#asking) return;
    this.#asking = true;
    const begun = clock.now();
    for (let pause = FIRST_ASK_MS; clock.now() - begun < patience.status; pause *= 2) {
      const left = begun + patience.status - clock.now();
      await pauseOn(clock, Math.min(pause, left), end.signal, this.#ended.signal);
      if (end.signal.aborted || this.#ended.signal.aborted) return;
      await tracker.refresh(end.signal).catch(ignore);
      if (this.#input.isOver && this.#outlivesInput()) end.end({ kind: 'input-ended' });
    }
    if (!this.#session.hasEnded) end.end({ kind: 'end-unknown' });
  }

  /** For such a container the end of the input only ends the attach. */
  #outlivesInput(): boolean {
    const { tracker, options } = this.#session;
    const { container } = options.address;
    const { containers = [], ephemeralContainers = [] } = tracker.current.pod.spec ?? {};
    const own = [...ephemeralContainers, ...containers].find(({ name }) => name === container);
    const { phase } = viewContainer(tracker.current.pod, container);
    return own !== undefined && own.stdinOnce !== true && phase === 'running';
  }

  #outputError(): Error | undefined {
    const { stdout, stderr } = this.#session.options;
    return stdout.errored ?? stderr.errored ?? undefined;
  }
}

function ignore(): void {
  // the end of the stream reports the error
}
