import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { Evidence, Occurrence, Workload } from '../evidence.ts';
import type { Fact } from '../finding.ts';
import { ObjectView } from './object-view.ts';
import { PodView } from './pod-view.ts';

/** Common fields of controllers of pods, and those of some of them. */
export interface LooseWorkload {
  spec?: {
    replicas?: number;
    paused?: boolean;
    suspend?: boolean;
    podManagementPolicy?: string;
    minReadySeconds?: number;
    progressDeadlineSeconds?: number;
    completions?: number;
    schedule?: string;
    timeZone?: string;
    concurrencyPolicy?: string;
    template?: PodTemplateSpec;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    updatedReplicas?: number;
    desiredNumberScheduled?: number;
    failed?: number;
    succeeded?: number;
    active?: unknown;
    lastScheduleTime?: string;
  };
}

/** Reasons of controllers' events when a pod can't be created. */
const REFUSED = ['FailedCreate', 'ReplicaSetCreateError', 'FailedDaemonPod'];

const ENDED = ['Succeeded', 'Failed'];

/** The refusal of a pod, and its message. */
export interface Refusal {
  text: string;
  fact: Fact;
}

/** A controller with its pods and the controllers below it. */
export class WorkloadView extends ObjectView<Workload> {
  readonly kind: string;
  readonly loose: LooseWorkload;
  #pods: PodView[] | undefined;

  constructor(workload: Workload, evidence: Evidence) {
    super(workload.kind ?? '', workload, evidence);
    this.kind = workload.kind ?? '';
    this.loose = workload;
  }

  /** Controllers that it owns: a Deployment's ReplicaSets, a CronJob's Jobs. */
  get children(): WorkloadView[] {
    const { uid } = this.object.metadata ?? {};
    return (this.evidence.workloads ?? [])
      .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid) === true)
      .map((child) => new WorkloadView(child, this.evidence));
  }

  /** Its pods, including those of its children. */
  get pods(): readonly PodView[] {
    const { uid } = this.object.metadata ?? {};
    this.#pods ??= [
      ...(this.evidence.pods ?? [])
        .filter(({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.uid === uid) === true)
        .map((pod) => new PodView(pod, this.evidence)),
      ...this.children.flatMap(({ pods }) => pods),
    ];
    return this.#pods;
  }

  /** The desired number of parallel pods. */
  get wanted(): number {
    const { spec, status } = this.loose;
    if (this.kind === 'DaemonSet') return status?.desiredNumberScheduled ?? 1;
    return spec?.replicas ?? 1;
  }

  /** Whether its controller has observed the current spec. */
  get isObserved(): boolean {
    const { generation } = this.object.metadata ?? {};
    const { observedGeneration } = this.loose.status ?? {};
    return generation === undefined || (observedGeneration ?? 0) >= generation;
  }

  /** Whether it has fewer pods than desired. */
  get lacksPods(): boolean {
    const isOver = this.condition('Complete')?.status === 'True' || this.kind === 'CronJob';
    // A terminated pod no longer counts, except for Jobs, which count their tries.
    const counted = this.kind === 'Job' ? this.pods : this.pods.filter(({ phase }) => !ENDED.includes(phase));
    return !isOver && counted.length < this.wanted;
  }

  /** The same, if only a refusal can explain it: its controller should act, and waits for none of its pods. */
  get isHeldBack(): boolean {
    const { spec } = this.loose;
    const inOrder = this.kind === 'StatefulSet' && spec?.podManagementPolicy !== 'Parallel';
    return (
      this.lacksPods &&
      spec?.paused !== true &&
      spec?.suspend !== true &&
      !(inOrder && this.pods.some(({ isReady }) => !isReady))
    );
  }

  /** Why a pod can't be created, from the conditions and events of this controller and those below it. */
  get refusal(): Refusal | undefined {
    for (const view of [this, ...this.children]) {
      const failure = view.condition('ReplicaFailure');
      if (failure?.status === 'True' && failure.message !== '') {
        return { text: failure.message, fact: failure.fact };
      }
    }
    // An event is from the past; it still applies if pods are missing.
    if (!this.lacksPods) return undefined;
    for (const view of [this, ...this.children]) {
      const event: Occurrence | undefined = view.events.find(REFUSED);
      if (event !== undefined) return { text: event.message, fact: view.events.fact(event) };
    }
    return undefined;
  }
}
