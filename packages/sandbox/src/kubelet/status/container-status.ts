import type { ContainerState as ApiContainerState } from 'kubernetes-types/core/v1.d.ts';
import type { ObservedRun } from '../container/observed-run.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { ContainerStatus, SpecContainer } from '../types.ts';

/** What is known about a container besides its spec. */
export interface ContainerView {
  /** The runs that are kept, the newest last. */
  runs: readonly ObservedRun[];
  /** Termination messages, by the run's id. */
  messages: ReadonlyMap<string, string>;
  /** Why the last attempt to start it failed; undefined if it succeeded. */
  failure: { reason: string; message: string } | undefined;
  /** Whether it will be started (again). */
  startsAgain: boolean;
  ready: boolean;
  started: boolean;
}

/** The status of a container as the kubelet reports it. */
export function containerStatus(
  container: SpecContainer,
  view: ContainerView,
  hasInitContainers: boolean,
): ContainerStatus {
  const { spec } = container;
  const run = view.runs.at(-1);
  const previous = view.runs.at(-2);
  const status: ContainerStatus = {
    name: spec.name,
    state:
      run === undefined
        ? { waiting: { reason: hasInitContainers ? 'PodInitializing' : 'ContainerCreating' } }
        : stateOf(run, view.messages),
    lastState: previous === undefined ? {} : stateOf(previous, view.messages),
    ready: view.ready,
    restartCount: run?.attempt ?? 0,
    image: run === undefined ? (spec.image ?? '') : imageOf(run).reference,
    imageID: run === undefined ? '' : imageOf(run).id,
  };
  if (run !== undefined) status.containerID = containerId(run);
  if (container.kind !== 'ephemeral') status.started = view.started;
  if (run !== undefined) addResources(status, container, run);
  addMounts(status, container);
  if (run !== undefined) status.user = { linux: run.user };
  return withFailure(status, view);
}

export function containerId(run: ObservedRun): string {
  return `containerd://${run.id}`;
}

function imageOf(run: ObservedRun): { reference: string; id: string } {
  const { reference, repoDigest, id } = run.image;
  return { reference, id: repoDigest ?? id };
}

function stateOf(run: ObservedRun, messages: ReadonlyMap<string, string>): ApiContainerState {
  const { state } = run;
  switch (state.phase) {
    case 'created':
      return { waiting: { reason: 'ContainerCreating' } };
    case 'running':
      return { running: { startedAt: timestamp(state.startedAt) } };
    case 'exited': {
      const message = state.message ?? messages.get(run.id) ?? '';
      return {
        terminated: {
          exitCode: state.exitCode,
          reason: state.reason,
          ...(message === '' ? {} : { message }),
          // A process that was never started has the Unix epoch as its start time.
          startedAt: timestamp(state.startedAt ?? new Date(0)),
          finishedAt: timestamp(state.finishedAt),
          containerID: containerId(run),
        },
      };
    }
  }
}

function addResources(status: ContainerStatus, { spec, kind }: SpecContainer, run: ObservedRun): void {
  const { limits, requests } = spec.resources ?? {};
  if (requests !== undefined && kind !== 'ephemeral') status.allocatedResources = requests;
  if (run.state.phase === 'created') return;
  status.resources = {
    ...(limits === undefined ? {} : { limits }),
    ...(requests === undefined ? {} : { requests }),
  };
}

function addMounts(status: ContainerStatus, { spec }: SpecContainer): void {
  if (spec.volumeMounts === undefined || spec.volumeMounts.length === 0) return;
  status.volumeMounts = spec.volumeMounts.map(({ name, mountPath, readOnly }) => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }));
}

/** A container whose last start failed, but will be retried, waits with that reason. */
function withFailure(status: ContainerStatus, view: ContainerView): ContainerStatus {
  if (view.failure === undefined || !view.startsAgain) return status;
  const lastState = status.state?.terminated === undefined ? status.lastState : status.state;
  const waiting = {
    reason: view.failure.reason,
    ...(view.failure.message === '' ? {} : { message: view.failure.message }),
  };
  return { ...status, state: { waiting }, ...(lastState === undefined ? {} : { lastState }) };
}
