import type { PodSandbox } from '../../cri/runtime.ts';
import type { ContainerView } from '../status/container-status.ts';
import type { PodView } from '../status/pod-status.ts';
import type { ObservedRun } from '../container/observed-run.ts';
import { containersOf, type PodObject, type SpecContainer } from '../types.ts';

/** The message of the Killing Event, and the grace period if it is not the pod's. */
export interface KillRequest {
  message: string;
  graceSeconds?: number;
}

/** Everything that a kubelet knows about a pod besides its API object. */
export class PodState {
  /** Of the pod as first observed; its Events keep referring to this version. */
  readonly resourceVersion: string;
  readonly startTime: Date;
  readonly hostIP: string;
  sandbox: PodSandbox | undefined;
  /** The path of each volume on the node; undefined until they are set up. */
  volumes: ReadonlyMap<string, string> | undefined;
  readonly runs = new Map<string, ObservedRun[]>();
  /** Why the last attempt to start a container failed. */
  readonly failures = new Map<string, { reason: string; message: string }>();
  /** Termination messages by run. */
  readonly messages = new Map<string, string>();
  /** Results of readiness probes by run. */
  readonly ready = new Map<string, boolean>();
  readonly startedUp = new Map<string, boolean>();
  /** Runs to kill because a probe failed. */
  readonly pendingKills = new Map<string, KillRequest>();
  verdict: PodView['verdict'];

  constructor(pod: PodObject, hostIP: string, now: Date) {
    this.resourceVersion = pod.metadata.resourceVersion ?? '';
    this.hostIP = hostIP;
    const startTime = pod.status?.startTime;
    this.startTime = startTime === undefined ? now : new Date(startTime);
    // The address of a pod with hostNetwork is known before there is a sandbox.
    if (pod.spec.hostNetwork === true) this.#lastIP = hostIP;
  }

  latest(name: string): ObservedRun | undefined {
    return this.runs.get(name)?.at(-1);
  }

  add(name: string, run: ObservedRun): void {
    this.runs.set(name, [...(this.runs.get(name) ?? []), run]);
  }

  /** All runs that are running according to the runtime. */
  running(): { name: string; run: ObservedRun }[] {
    return [...this.runs].flatMap(([name, runs]) =>
      runs.filter((run) => run.container.state.phase === 'running').map((run) => ({ name, run })),
    );
  }

  /** The reported address: the pod's, or the node's with hostNetwork. */
  get podIP(): string | undefined {
    if (this.sandbox === undefined) return this.#lastIP;
    this.#lastIP = this.sandbox.ip ?? this.hostIP;
    return this.#lastIP;
  }

  #lastIP: string | undefined;

  /** Hands the sandbox over to the caller, who removes it; the address is still reported. */
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
      // The kubelet reads the cgroup of a pod that it has already reported as running.
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
      // Containers of a pod that is being deleted are not restarted, so no waiting reason is shown.
      startsAgain: pod.metadata.deletionTimestamp === undefined && startsAgain(pod, container, run),
      ready: probes ? started && probed : container.kind === 'init' && completed,
      started,
    };
  }
}

/** Whether a container that is not running will be started (again), according to restart policy and exit code. */
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

/** The container with that name, of any type. */
export function containerNamed(pod: PodObject, name: string): SpecContainer | undefined {
  return containersOf(pod.spec).find(({ spec }) => spec.name === name);
}
