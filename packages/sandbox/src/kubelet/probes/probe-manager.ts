import type { EventDetails } from '../node/event-recorder.ts';
import type { ObservedRun } from '../container/observed-run.ts';
import type { PodState, KillRequest } from '../pod/pod-state.ts';
import { fieldPath, type PodObject, type SpecContainer } from '../types.ts';
import { type ProbeKind, Prober } from './prober.ts';

/** Probes the containers of one pod and stores the results in the pod's state. */
export class ProbeManager {
  readonly #state: PodState;
  readonly #listener: { record(details: EventDetails): void; wake(): void };
  readonly #probers = new Set<Prober>();
  readonly #since = performance.now();

  constructor(state: PodState, listener: { record(details: EventDetails): void; wake(): void }) {
    this.#state = state;
    this.#listener = listener;
  }

  /** Probes a started container until it terminates. */
  watch(pod: PodObject, container: SpecContainer, run: ObservedRun): void {
    const { sandbox } = this.#state;
    const { startupProbe, readinessProbe, livenessProbe } = container.spec;
    if (sandbox === undefined || container.kind === 'ephemeral') return;
    const target = { pod, container, run: run.container, sandbox };
    const startedUp = (): boolean => startupProbe === undefined || this.#state.startedUp.get(run.id) === true;
    const own: Prober[] = [];
    const age = performance.now() - this.#since;
    for (const [kind, probe] of [
      ['Startup', startupProbe],
      ['Readiness', readinessProbe],
      ['Liveness', livenessProbe],
    ] as const) {
      if (probe === undefined) continue;
      const listener = {
        changed: (which: ProbeKind, healthy: boolean) => this.#decide(pod, container, run, which, healthy),
        failed: (message: string) =>
          this.#listener.record({
            type: 'Warning',
            reason: 'Unhealthy',
            message,
            fieldPath: fieldPath(container),
          }),
      };
      const mayStart = kind === 'Startup' ? (): boolean => true : startedUp;
      own.push(new Prober(kind, probe, target, listener, mayStart, age));
    }
    for (const prober of own) this.#probers.add(prober);
    void run.container.exited.then(() => {
      for (const prober of own) {
        prober.stop();
        this.#probers.delete(prober);
      }
    });
  }

  stop(): void {
    for (const prober of this.#probers) prober.stop();
    this.#probers.clear();
  }

  #decide(
    pod: PodObject,
    container: SpecContainer,
    run: ObservedRun,
    kind: ProbeKind,
    healthy: boolean,
  ): void {
    if (kind === 'Readiness') this.#state.ready.set(run.id, healthy);
    else if (kind === 'Startup') this.#state.startedUp.set(run.id, healthy);
    if (kind !== 'Readiness' && !healthy)
      this.#state.pendingKills.set(run.id, killRequest(pod, container, kind));
    if (kind !== 'Liveness' || !healthy) this.#listener.wake();
  }
}

/** How to kill a container that failed a probe: the probe's grace period overrides the pod's. */
function killRequest(
  pod: PodObject,
  { kind, spec }: SpecContainer,
  probe: 'Startup' | 'Liveness',
): KillRequest {
  const { terminationGracePeriodSeconds: graceSeconds } =
    (probe === 'Startup' ? spec.startupProbe : spec.livenessProbe) ?? {};
  const who = kind === 'init' ? 'Init container' : 'Container';
  // Sidecars are restarted with any restart policy, but the message does not say so.
  const restart = kind === 'init' || pod.spec.restartPolicy === 'Never' ? '' : ', will be restarted';
  return {
    message: `${who} ${spec.name} failed ${probe.toLowerCase()} probe${restart}`,
    ...(graceSeconds === undefined ? {} : { graceSeconds }),
  };
}
