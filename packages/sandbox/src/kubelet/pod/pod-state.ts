import type { PodSandbox } from '../../cri/runtime.ts';
import type { ContainerView } from '../status/container-status.ts';
import type { PodView } from '../status/pod-status.ts';
import type { ObservedRun } from '../container/observed-run.ts';
import { containersOf, type PodObject, type SpecContainer } from '../types.ts';

/** The words for the end of a run, and the seconds it gets for it where they are not the pod's. */
export interface Sentence {
  message: string;
  graceSeconds?: number;
}

/** Everything that a kubelet knows of one pod besides its API object. */
export class PodState {
  /** The pod as first seen; events keep naming its version. */
  readonly resourceVersion: string;
  readonly startTime: Date;
  readonly hostIP: string;
  sandbox: PodSandbox | undefined;
  /** The path of each volume on the node; undefined until they are set up. */
  volumes: ReadonlyMap<string, string> | undefined;
  readonly runs = new Map<string, ObservedRun[]>();
  /** Why a container could not be started the last time. */
  readonly failures = new Map<string, { reason: string; message: string }>();
  /** Termination messages by run. */
  readonly messages = new Map<string, string>();
  /** Probe verdicts by run. */
  readonly ready = new Map<string, boolean>();
  readonly startedUp = new Map<string, boolean>();
  /** Runs to kill because a probe says so. */
  readonly condemned = new Map<string, Sentence>();
  verdict: PodView['verdict'];

  constructor(pod: PodObject, hostIP: string, now: Date) {
    this.resourceVersion = pod.metadata.resourceVersion ?? '';
    this.hostIP = hostIP;
    const startTime = pod.status?.startTime;
    this.startTime = startTime === undefined ? now : new Date(startTime);
    // The address of a pod on the node's network is known before there is a sandbox.
    if (pod.spec.hostNetwork === true) this.#lastIP = hostIP;
  }

  latest(name: string): ObservedRun | undefined {
    return this.runs.get(name)?.at(-1);
  }

  add(name: string, run: ObservedRun): void {
    this.runs.set(name, [...(this.runs.get(name) ?? []), run]);
  }

  /** All runs that are going on, as far as the runtime knows. */
  running(): { name: string; run: ObservedRun }[] {
    return [...this.runs].flatMap(([name, runs]) =>
      runs.filter((run) => run.container.state.phase === 'running').map((run) => ({ name, run })),
    );
  }

  /** The address that is reported: that of the pod's own network, or the node's. */
  get podIP(): string | undefined {
    if (this.sandbox === undefined) return this.#lastIP;
    this.#lastIP = this.sandbox.ip ?? this.hostIP;
    return this.#lastIP;
  }

  #lastIP: string | undefined;

  /** Hands the sandbox over to whoever removes it; the address is still reported. */
  takeSandbox(): PodSandbox | undefined {
    const { sandbox } = this;
    this.#lastIP = this.podIP;
    this.sandbox = undefined;
    return sandbox;
  }

  podView(pod: PodObject, isTerminal: boolean): PodView {
    return {
      view: (container) => this.#view(pod, container),
      sandboxReady: this.sandbox !== undefined,
      podIP: this.podIP,
      hostIP: this.hostIP,
      startTime: this.startTime,
      isTerminal,
      // The pod's cgroup is read for a pod that was reported as running before.
      cgroupRead: pod.status?.phase === 'Running',
      verdict: this.verdict,
    };
  }

  #view(pod: PodObject, container: SpecContainer): ContainerView {
    const { name } = container.spec;
    const runs = this.runs.get(name) ?? [];
    const run = runs.at(-1);
    const running = run?.state.phase === 'running';
    const started =
      running && (container.spec.startupProbe === undefined || this.startedUp.get(run.id) === true);
    const probed = container.spec.readinessProbe === undefined || this.ready.get(run?.id ?? '') === true;
    const completed = run?.state.phase === 'exited' && run.state.exitCode === 0;
    const probes = container.kind === 'regular' || container.sidecar;
    return {
      runs,
      messages: this.messages,
      failure: this.failures.get(name),
      // Nothing of a pod that is being deleted is, so that no reason is shown for waiting.
      startsAgain: pod.metadata.deletionTimestamp === undefined && startsAgain(pod, container, run),
      ready: probes ? started && probed : container.kind === 'init' && completed,
      started,
    };
  }
}

/** Whether a container that does not run is to be started (again), by restart policy and exit code. */
export function startsAgain(pod: PodObject, container: SpecContainer, run: ObservedRun | undefined): boolean {
  if (run === undefined) return true;
  if (run.state.phase !== 'exited') return false;
  if (container.sidecar) return true;
  const { restartPolicy = 'Always' } = pod.spec;
  const succeeded = run.state.exitCode === 0;
  if (container.kind === 'init') return !succeeded && restartPolicy !== 'Never';
  if (restartPolicy === 'Never') return false;
  return restartPolicy === 'Always' || !succeeded;
}

/** The container of that name, of any kind. */
export function containerNamed(pod: PodObject, name: string): SpecContainer | undefined {
  return containersOf(pod.spec).find(({ spec }) => spec.name === name);
}
