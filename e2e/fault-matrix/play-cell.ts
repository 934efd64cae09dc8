import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { realWorld } from 'kubectl-dbg';
import { run } from '../../packages/kubectl-dbg/src/cli/run.ts';
import type { InterruptSignal, World } from '../../packages/kubectl-dbg/src/model/world.ts';
import type { Arena } from './arena.ts';
import type { Cell, Moment, Played, Scene } from './cell.ts';
import { UserStreams } from './fake-terminal.ts';
import { commandLine, INPUT, PATIENCE } from './settings.ts';

/** Maximum duration of a cell in ms: the sum of all timeouts, on a busy machine. */
const BOUND_MS = 120_000;

/** Shared by all cells, because each one listens for errors of the process's outputs. */
const PROCESS = realWorld();

/** Runs a cell through the program's command line in this process; fails if it hangs. */
export async function playCell(cell: Cell, arena: Arena, namespace: string): Promise<Played> {
  const { injection, shape } = cell;
  const watched = await arena.open(namespace);
  const faults = (injection.faults?.(cell) ?? []).map((fault) =>
    arena.sandbox.faults.add({ ...fault, match: { ...fault.match, namespace } }),
  );
  const streams = new UserStreams(shape === 'terminal', injection.output);
  const signals = new Map<InterruptSignal, Set<() => void>>();
  const world: World = {
    ...PROCESS,
    stdin: streams.stdin,
    stdout: streams.stdout,
    stderr: streams.stderr,
    env: { PATH: process.env.PATH, KUBECONFIG: arena.sandbox.kubeconfig },
    home: join(tmpdir(), `kubectl-dbg-no-home-${randomUUID()}`),
    onSignal(signal, listener) {
      const listeners = signals.get(signal) ?? new Set();
      signals.set(signal, listeners.add(listener));
      return () => listeners.delete(listener);
    },
    onOutputError(listener) {
      const tell = {
        stdout: (error: Error) => listener('stdout', error),
        stderr: (error: Error) => listener('stderr', error),
      };
      for (const name of ['stdout', 'stderr'] as const) streams[name].on('error', tell[name]);
      return () => {
        for (const name of ['stdout', 'stderr'] as const) streams[name].off('error', tell[name]);
      };
    },
    onUncaughtError: () => () => undefined,
  };
  const scene: Scene = {
    ...arena,
    namespace,
    pod: () => watched.pod(),
    signal: (name) => [...(signals.get(name) ?? [])].forEach((listener) => listener()),
  };
  const begun = performance.now();
  const ended = run(commandLine(cell, namespace), world, PATIENCE);
  if (shape === 'piped stdin') void feed(streams);
  let failure: unknown;
  const acted = act();
  acted.catch((error: unknown) => (failure = error));

  async function act(): Promise<void> {
    if (injection.act === undefined) return;
    await reached(injection.act.at);
    await injection.act.do(scene);
  }

  async function reached(moment: Moment): Promise<void> {
    if (moment === 'streaming') await streams.streaming();
    else await faults[0]?.untilHit();
  }

  try {
    const code = await within(
      BOUND_MS,
      ended,
      () => `it hangs:\n${streams.text.stdout}${streams.text.stderr}`,
    );
    if (failure !== undefined) throw failure;
    const milliseconds = Math.round(performance.now() - begun);
    return {
      code,
      milliseconds,
      faults,
      ...streams.text,
      terminal: await streams.differences(),
      made: watched.made(),
      left: watched.left(),
    };
  } finally {
    streams.stdin.destroy();
    watched.close();
    for (const fault of faults) fault.remove();
  }
}

/** Sends input piece by piece, so that failures can occur in the middle. */
async function feed({ stdin }: UserStreams): Promise<void> {
  for (const line of INPUT) {
    if (stdin.destroyed) return;
    (stdin as unknown as NodeJS.WritableStream).write(line);
    await delay(5);
  }
  (stdin as unknown as NodeJS.WritableStream).end();
}

async function within<T>(limit: number, promise: Promise<T>, words: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words())), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
