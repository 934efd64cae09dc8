import type { ActiveFault, Fault, Sandbox } from 'kube-sandbox';
import type { Cluster } from 'kubectl-dbg';

/** The user's input. `exec` is `--via=exec` without input. */
export const SHAPES = ['no stdin', 'piped stdin', 'terminal', 'exec'] as const;
export type Shape = (typeof SHAPES)[number];

export const WORKFLOWS = ['ephemeral', 'copy', 'node'] as const;
export type Workflow = (typeof WORKFLOWS)[number];

export interface Place {
  shape: Shape;
  workflow: Workflow;
}

/** When the session is interrupted: during an unanswered request, or in a state of the session. */
export type Moment = 'reading' | 'writing' | 'written' | 'starting' | 'streaming' | 'cleaning up';

/** An output that fails after this number of bytes. */
export interface BadOutput {
  stream: 'stdout' | 'stderr';
  code: 'EPIPE' | 'ENOSPC' | 'EIO';
  after: number;
}

/** What an interruption can act on. */
export interface Scene {
  sandbox: Sandbox;
  cluster: Cluster;
  namespace: string;
  /** The name of the session's pod. */
  pod: () => Promise<string>;
  /** Sends a signal to the client, like its terminal or its parent. */
  signal: (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void;
}

/** One failure, with the outcomes that are correct for it. */
export interface Injection {
  /** Row in the table. */
  name: string;
  /** Part of the subset that every test run covers. */
  short?: boolean;
  /** Detected within seconds with default timeouts, so it also runs on a pseudo-terminal. */
  onPty?: boolean;
  applies?(place: Place): boolean;
  faults?(place: Place): Fault[];
  output?: BadOutput;
  /** Additional arguments. */
  args?: readonly string[];
  act?: { at: Moment; do(scene: Scene): Promise<void> | void };
  /** Correct exit codes; 3, the command's own, only with its complete output. */
  codes(place: Place): readonly number[];
  /** Required on stderr if the exit code is not the command's. */
  says?: RegExp;
  /** Each cell needs its own sandbox, because it affects the only node. */
  ownSandbox?: boolean;
}

export interface Cell extends Place {
  injection: Injection;
  name: string;
}

/** The result of a cell. */
export interface Played {
  code: number;
  milliseconds: number;
  stdout: string;
  stderr: string;
  /** Differences of the terminal from before. */
  terminal: string[];
  /** Number of debug containers, copies and node pods that were ever created. */
  made: number;
  /** Names of pods that still exist and are not being deleted. */
  left: string[];
  /** The injected faults, to check that they were hit. */
  faults: ActiveFault[];
}

/** The exit code of the command in the container. */
export const OWN_CODE = 3;

export function cellsOf(injections: readonly Injection[]): Cell[] {
  const cells: Cell[] = [];
  for (const injection of injections) {
    for (const workflow of WORKFLOWS) {
      for (const shape of SHAPES) {
        const place = { shape, workflow };
        if (injection.applies?.(place) === false) continue;
        cells.push({ ...place, injection, name: `${workflow}, ${shape}: ${injection.name}` });
      }
    }
  }
  return cells;
}

/** The subset has one in this many cells of an injection. */
const SHARE = 3;

/** A subset of the cells with each injection that is marked for it, and each pair of shape and workflow. */
export function shareOf(injections: readonly Injection[]): Cell[] {
  const short = injections.filter((injection) => injection.short === true);
  return short.flatMap((injection, row) =>
    cellsOf([injection]).filter(
      ({ shape, workflow }) =>
        (row + SHAPES.indexOf(shape) + WORKFLOWS.indexOf(workflow)) % SHARE === 0 ||
        injection.name === 'nothing goes wrong',
    ),
  );
}

/** Cells for the built program on a terminal, with default timeouts: failures that are detected at once. */
export function ptyCellsOf(injections: readonly Injection[]): Cell[] {
  return cellsOf(injections.filter(({ onPty }) => onPty === true)).filter(
    ({ shape }) => shape === 'terminal',
  );
}

/** One cell of each injection, in turn with each workflow; all three for the session without a failure. */
export function ptyShareOf(injections: readonly Injection[]): Cell[] {
  const names = injections.map(({ name }) => name);
  return ptyCellsOf(injections).filter(({ injection, shape, workflow }) => {
    if (injection.name === 'nothing goes wrong') return true;
    const places = WORKFLOWS.filter((other) => injection.applies?.({ shape, workflow: other }) !== false);
    return places[names.indexOf(injection.name) % places.length] === workflow;
  });
}
