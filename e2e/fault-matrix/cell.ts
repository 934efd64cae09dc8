import type { ActiveFault, Fault, Sandbox } from 'kube-sandbox';
import type { Cluster } from 'kubectl-dbg';

/** How the user sits before the session. `exec` is `--via=exec`, without input. */
export const SHAPES = ['no stdin', 'piped stdin', 'terminal', 'exec'] as const;
export type Shape = (typeof SHAPES)[number];

export const WORKFLOWS = ['ephemeral', 'copy', 'node'] as const;
export type Workflow = (typeof WORKFLOWS)[number];

export interface Place {
  shape: Shape;
  workflow: Workflow;
}

/** When a way out is taken: at an unanswered request, or at a state of the session. */
export type Moment = 'reading' | 'writing' | 'written' | 'starting' | 'streaming' | 'cleaning up';

/** An output that fails once so many bytes were written to it. */
export interface BadOutput {
  stream: 'stdout' | 'stderr';
  code: 'EPIPE' | 'ENOSPC' | 'EIO';
  after: number;
}

/** What a way out can reach. */
export interface Scene {
  sandbox: Sandbox;
  cluster: Cluster;
  namespace: string;
  /** Name of the session's pod. */
  pod: () => Promise<string>;
  /** Sends the client a signal, as its terminal or its parent would. */
  signal: (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => void;
}

/** One trouble, with the ends that tell the truth about it. */
export interface Injection {
  /** Row of the table. */
  name: string;
  /** Belongs to the share that every run of the tests plays. */
  short?: boolean;
  /** Shows itself within seconds, without a shortened patience: is played on a pseudo-terminal too. */
  onPty?: boolean;
  applies?(place: Place): boolean;
  faults?(place: Place): Fault[];
  output?: BadOutput;
  /** More words of the command line. */
  args?: readonly string[];
  act?: { at: Moment; do(scene: Scene): Promise<void> | void };
  /** Exit codes that are right; 3, the command's own, only with its whole output. */
  codes(place: Place): readonly number[];
  /** What stderr has to say when the code is not the command's. */
  says?: RegExp;
  /** The node's own end: a sandbox for each, as it has but one. */
  ownSandbox?: boolean;
}

export interface Cell extends Place {
  injection: Injection;
  name: string;
}

/** What a cell came to. */
export interface Played {
  code: number;
  milliseconds: number;
  stdout: string;
  stderr: string;
  /** The terminal is not as it was: what differs. */
  terminal: string[];
  /** Debug containers, copies and node pods that were ever made. */
  made: number;
  /** Those that are still there and not being deleted: names of pods. */
  left: string[];
  /** Faults that were added, to see that they were hit. */
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

/** How many of the cells of an injection the share has one of. */
const SHARE = 3;

/** A share of the cells that has each of the injections meant for it, and each pair of shape and workflow. */
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

/** Cells for the built program on a terminal, which has a user's patience: troubles that show themselves at once. */
export function ptyCellsOf(injections: readonly Injection[]): Cell[] {
  return cellsOf(injections.filter(({ onPty }) => onPty === true)).filter(
    ({ shape }) => shape === 'terminal',
  );
}

/** One cell of each injection, each in turn with another workflow; all three of the session that nothing happens to. */
export function ptyShareOf(injections: readonly Injection[]): Cell[] {
  const names = injections.map(({ name }) => name);
  return ptyCellsOf(injections).filter(({ injection, shape, workflow }) => {
    if (injection.name === 'nothing goes wrong') return true;
    const places = WORKFLOWS.filter((other) => injection.applies?.({ shape, workflow: other }) !== false);
    return places[names.indexOf(injection.name) % places.length] === workflow;
  });
}
