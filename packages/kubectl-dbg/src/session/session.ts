import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Cluster, RemoteCommand } from '../cluster/types.ts';
import { DbgError } from '../errors.ts';
import type { OutputStream, World } from '../world.ts';
import { viewContainer } from './container-state.ts';
import { DetachKeys } from './detach-keys.ts';
import { sendInput, sendSize } from './input.ts';
import { type Outcome, outcomeOfTermination } from './outcome.ts';
import { relayOutput } from './relay.ts';
import { PodTracker } from './pod-tracker.ts';
import { enterRawMode, onResize, terminalSize } from './terminal.ts';
import { type Progress, waitForContainer } from './wait.ts';

/** The one address of a debug container. */
export interface SessionAddress {
  namespace: string;
  pod: string;
  container: string;
}

export interface SessionOptions {
  cluster: Cluster;
  address: SessionAddress;
  /** The pod as the write's answer showed it: the watch begins at its resourceVersion. */
  pod: Pod;
  /** Pass the user's input on. */
  stdin: boolean;
  /** The container has a terminal. */
  tty: boolean;
  world: World;
  /** Where the container's output goes. */
  stdout: OutputStream;
  stderr: OutputStream;
  /** Milliseconds to wait for the container to start; 0 waits for ever. */
  timeout: number;
  /** Bytes that end a terminal session and leave the process running; none to switch that off. */
  detachKeys: Uint8Array;
  signal: AbortSignal;
  listener: SessionListener;
}

/** Who shows the user what happens. Called only outside the user's own terminal stream. */
export interface SessionListener {
  progress(progress: Progress): void;
  /** The streams are up: no word of ours from here to the end. */
  attached(): void;
}

/** What a session was, for words, exit code and JSON. Times are milliseconds since the epoch. */
export interface SessionReport {
  address: SessionAddress;
  outcome: Outcome;
  begun: number;
  running?: number;
  attached?: number;
  ended: number;
  bytes: number;
}

/** The kubelet tells the end of a container to the API server within about a second; a busy node needs longer. */
const STATUS_AFTER_END_MS = 30_000;

/** Follows one debug container from written to its outcome. Never throws for what the cluster does: that is an outcome. */
export async function runSession(options: SessionOptions): Promise<SessionReport> {
  const { cluster, address, world } = options;
  const report: SessionReport = {
    address,
    outcome: { kind: 'lost', message: 'the session did not begin' },
    begun: world.now(),
    ended: 0,
    bytes: 0,
  };
  const tracker = new PodTracker(cluster, options.pod);
  cluster.prepareUpgrade();
  try {
    report.outcome = await converse(options, tracker, report);
  } finally {
    await tracker.stop();
    report.ended = world.now();
  }
  return report;
}

async function converse(
  options: SessionOptions,
  tracker: PodTracker,
  report: SessionReport,
): Promise<Outcome> {
  const { cluster, address, world, signal } = options;
  const waited = await waitForContainer({
    cluster,
    tracker,
    namespace: address.namespace,
    context: {
      container: address.container,
      image: findContainer(options.pod, address.container)?.image,
      target: findContainer(options.pod, address.container)?.targetContainerName,
    },
    timeout: options.timeout,
    signal,
    onProgress: (progress) => options.listener.progress(progress),
  });
  if (waited.kind === 'ended') return waited.outcome;
  if (waited.kind === 'terminated') {
    const outcome = outcomeOfTermination(waited.terminated);
    options.listener.attached();
    if (outcome.kind !== 'never-started') report.bytes += await copyLog(options);
    return outcome;
  }
  report.running = world.now();
  const raw = options.tty && options.stdin && world.stdin.isTTY === true;
  const command = await openAttach(options, raw);
  if (command === undefined) {
    // It ended between the watch's word and the attach: all it said is in its log.
    options.listener.attached();
    report.bytes += await copyLog(options);
    return await awaitTermination(options, tracker);
  }
  report.attached = world.now();
  options.listener.attached();
  return await attachedSession(options, tracker, report, command, raw);
}

async function attachedSession(
  options: SessionOptions,
  tracker: PodTracker,
  report: SessionReport,
  command: RemoteCommand,
  raw: boolean,
): Promise<Outcome> {
  const { world } = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const terminal = raw ? enterRawMode(world.stdin, world) : undefined;
  const size = options.tty ? terminalSize(options.stdout) : undefined;
  const offResize = onResize(options.stdout, (next) => void sendSize(command, next, false).catch(ignore));
  const abort = () => {
    terminal?.restore();
    void command.close().catch(ignore);
  };
  options.signal.addEventListener('abort', abort, { once: true });
  let detached = false;
  try {
    if (size !== undefined) await sendSize(command, size, true);
    const input = options.stdin
      ? sendInput(world.stdin, command, raw ? new DetachKeys(options.detachKeys) : undefined, signal)
          .then((end) => {
            if (end !== 'detached') return;
            detached = true;
            abort();
          })
          .catch(ignore)
      : Promise.resolve();
    const relayed = await relayOutput(command, options.stdout, options.stderr);
    report.bytes += relayed.bytes;
    over.abort();
    await input;
  } finally {
    over.abort();
    offResize();
    options.signal.removeEventListener('abort', abort);
    terminal?.restore();
  }
  options.signal.throwIfAborted();
  if (detached) return { kind: 'detached' };
  return await awaitTermination(options, tracker);
}

/** The container's end, as its status tells it; a session without that is lost, never a success. */
async function awaitTermination(options: SessionOptions, tracker: PodTracker): Promise<Outcome> {
  const { address } = options;
  const late = AbortSignal.timeout(STATUS_AFTER_END_MS);
  try {
    return await tracker.until<Outcome>(
      ({ pod, deleted }) => {
        const view = viewContainer(pod, address.container);
        if (view.phase === 'terminated') return outcomeOfTermination(view.terminated);
        if (deleted) return { kind: 'lost', message: `pod ${address.pod} was deleted during the session` };
        return undefined;
      },
      AbortSignal.any([options.signal, late]),
    );
  } catch (error) {
    options.signal.throwIfAborted();
    const why = late.aborted ? 'the cluster does not say how it ended' : 'the cluster stopped answering';
    return {
      kind: 'lost',
      message: `lost the session with container ${address.container} of pod ${address.pod}: ${why}`,
      remedy: reattachHint(options),
      ...(error instanceof DbgError ? { remedy: error.message } : {}),
    };
  }
}

/** The line that takes the session up again. */
export function reattachHint(options: Pick<SessionOptions, 'address' | 'stdin' | 'tty'>): string {
  const { namespace, pod, container } = options.address;
  const flags = `${options.stdin ? ' -i' : ''}${options.tty ? ' -t' : ''}`;
  return `Attach again with: kubectl attach ${pod} -c ${container} -n ${namespace}${flags}`;
}

async function openAttach(options: SessionOptions, raw: boolean): Promise<RemoteCommand | undefined> {
  const { cluster, address, signal } = options;
  try {
    return await cluster.attach({
      ...address,
      stdin: options.stdin,
      stdout: true,
      stderr: !options.tty,
      tty: raw || options.tty,
      signal,
    });
  } catch (error) {
    // 500: the container has ended already (server behaviour of attach to an ended container).
    if (hasCode(error, 500)) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

async function copyLog(options: SessionOptions): Promise<number> {
  const { cluster, address, stdout, signal } = options;
  const { namespace, pod, container } = address;
  const log = await cluster.stream({
    method: 'GET',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
    query: { container },
    signal,
  });
  let bytes = 0;
  for await (const chunk of log) {
    bytes += chunk.length;
    if (!stdout.write(chunk)) await drained(stdout);
  }
  return bytes;
}

function drained(stream: OutputStream): Promise<void> {
  return new Promise((resolve) => stream.once('drain', () => resolve()));
}

function findContainer(pod: Pod, name: string): { image?: string; targetContainerName?: string } | undefined {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? {};
  return [...containers, ...initContainers, ...ephemeralContainers].find((entry) => entry.name === name);
}

function ignore(): void {
  // the stream's own end tells what went wrong
}
