import type { EventDetails } from '../node/event-recorder.ts';
import { runHook } from './hooks.ts';
import type { ObservedRun } from './observed-run.ts';
import type { PodState } from '../pod/pod-state.ts';
import { fieldPath, type PodObject, type SpecContainer } from '../types.ts';

const MS_PER_S = 1000;
/** A container has at least this long after the signal, even if the preStop hook has used up the grace period. */
const MINIMUM_GRACE_S = 2;

/** A grace period that may be shortened while it runs. */
export interface Grace {
  /** Seconds that remain. */
  seconds(): number;
  /** Calls `listener` when it changes; returns the unsubscribe function. */
  onChange(listener: () => void): () => void;
}

export function fixedGrace(seconds: number): Grace {
  const until = performance.now() + seconds * MS_PER_S;
  return {
    seconds: () => (until - performance.now()) / MS_PER_S,
    onChange: () => () => {},
  };
}

/** Extends a grace period to at least `seconds` from now. */
function atLeast(seconds: number, grace: Grace): Grace {
  const minimum = fixedGrace(seconds);
  return { ...grace, seconds: () => Math.max(minimum.seconds(), grace.seconds()) };
}

/** Stops a container like the kubelet: preStop hook, stop signal, and SIGKILL after the grace period. */
export async function killContainer(options: {
  pod: PodObject;
  state: PodState;
  container: SpecContainer;
  run: ObservedRun;
  message: string;
  grace: Grace;
  record: (details: EventDetails) => void;
}): Promise<void> {
  const { pod, state, container, run, grace, record } = options;
  const path = fieldPath(container);
  record({ type: 'Normal', reason: 'Killing', message: options.message, fieldPath: path });
  const preStop = container.spec.lifecycle?.preStop;
  if (preStop !== undefined && state.sandbox !== undefined && grace.seconds() > 0) {
    const target = { pod, container, run: run.container, sandbox: state.sandbox };
    const hook = runHook(preStop, target).then((failure) => {
      if (failure === undefined) return;
      record({
        type: 'Warning',
        reason: 'FailedPreStopHook',
        message: 'PreStopHook failed',
        fieldPath: path,
      });
    });
    await withinGrace(hook, grace);
  }
  run.container.signal(stopSignal(run));
  await withinGrace(run.container.exited, atLeast(MINIMUM_GRACE_S, grace));
  run.container.signal('SIGKILL');
  await run.container.exited;
}

function stopSignal(run: ObservedRun): NodeJS.Signals {
  const name = run.image.config.StopSignal;
  return name === undefined ? 'SIGTERM' : (name as NodeJS.Signals);
}

/** Waits for `work`, at most for the grace period. */
async function withinGrace(work: Promise<void>, grace: Grace): Promise<void> {
  await new Promise<void>((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const arm = (): void => {
      clearTimeout(timer);
      timer = setTimeout(finish, Math.max(0, grace.seconds() * MS_PER_S));
    };
    const unsubscribe = grace.onChange(arm);
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    arm();
    work.then(finish, finish);
  });
}
