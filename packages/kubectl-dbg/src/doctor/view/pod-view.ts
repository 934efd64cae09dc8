import type { Container, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import type { OwnerReference } from 'kubernetes-types/meta/v1.d.ts';
import type { Evidence } from '../evidence.ts';
import type { Fact } from '../finding.ts';
import { newestFirst } from '../occurrences.ts';
import { kubectl } from '../steps.ts';
import { since } from '../time.ts';
import { type ConditionView, conditionOf } from './condition.ts';
import { ContainerView } from './container-view.ts';
import { EventList } from './events.ts';

/** Annotation of a mirror pod, which nobody recreates through the API. */
const MIRROR = 'kubernetes.io/config.mirror';

/** A pod with everything known about it, and texts about it. */
export class PodView {
  readonly pod: Pod;
  readonly evidence: Evidence;
  readonly name: string;
  readonly ref: string;
  readonly events: EventList;
  /** In the order of their start: init containers and sidecars, then the others; debug containers last. */
  readonly containers: readonly ContainerView[];

  constructor(pod: Pod, evidence: Evidence) {
    this.pod = pod;
    this.evidence = evidence;
    this.name = pod.metadata?.name ?? '';
    this.ref = `pod/${this.name}`;
    const { uid } = pod.metadata ?? {};
    this.events = new EventList(
      this.ref,
      newestFirst((evidence.events ?? []).filter((event) => event.uid === uid && event.kind === 'Pod')),
    );
    this.containers = this.#views();
  }

  #views(): ContainerView[] {
    const { spec, status } = this.pod;
    const view = (
      kind: 'init' | 'app' | 'ephemeral',
      specs: readonly Container[] | undefined,
      statuses: readonly ContainerStatus[] | undefined,
      field: string,
    ) =>
      (specs ?? []).map((container) => {
        const index = (statuses ?? []).findIndex(({ name }) => name === container.name);
        const sidecar = kind === 'init' && container.restartPolicy === 'Always';
        return new ContainerView(
          this,
          sidecar ? 'sidecar' : kind,
          container,
          statuses?.[index],
          `status.${field}[${Math.max(index, 0)}]`,
        );
      });
    return [
      ...view('init', spec?.initContainers, status?.initContainerStatuses, 'initContainerStatuses'),
      ...view('app', spec?.containers, status?.containerStatuses, 'containerStatuses'),
      ...view(
        'ephemeral',
        spec?.ephemeralContainers,
        status?.ephemeralContainerStatuses,
        'ephemeralContainerStatuses',
      ),
    ];
  }

  get now(): number {
    return this.evidence.now;
  }

  get namespace(): string {
    return this.pod.metadata?.namespace ?? this.evidence.namespace;
  }

  get phase(): string {
    return this.pod.status?.phase ?? '';
  }

  /** The reason of the pod as a whole, such as `Evicted`. */
  get reason(): string {
    return this.pod.status?.reason ?? '';
  }

  get message(): string {
    return this.pod.status?.message ?? '';
  }

  get node(): string | undefined {
    const name = this.pod.spec?.nodeName;
    return name === '' ? undefined : name;
  }

  /** Milliseconds since it was created. */
  get age(): number {
    return since(this.pod.metadata?.creationTimestamp, this.now) ?? Number.POSITIVE_INFINITY;
  }

  /** The controller that would create a replacement. */
  get owner(): OwnerReference | undefined {
    return this.pod.metadata?.ownerReferences?.find(({ controller }) => controller === true);
  }

  /** The workload at the top of its owners, as a user would name it; undefined for a bare pod. */
  get workload(): { kind: string; name: string } | undefined {
    const { owner } = this;
    if (owner === undefined) return undefined;
    const parent = (this.evidence.workloads ?? [])
      .find(({ metadata }) => metadata?.uid === owner.uid)
      ?.metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (parent !== undefined) return { kind: parent.kind, name: parent.name };
    // The ReplicaSet was not read: its Deployment's name is the part before the pod-template-hash.
    const hash = this.pod.metadata?.labels?.['pod-template-hash'];
    if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
      return { kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
    }
    return { kind: owner.kind, name: owner.name };
  }

  /** A mirror pod of a static pod. */
  get isMirror(): boolean {
    return this.pod.metadata?.annotations?.[MIRROR] !== undefined;
  }

  get isScheduled(): boolean {
    return this.condition('PodScheduled')?.status === 'True' || this.node !== undefined;
  }

  get isReady(): boolean {
    return this.condition('Ready')?.status === 'True';
  }

  get isDeleting(): boolean {
    return this.pod.metadata?.deletionTimestamp != null;
  }

  /** Whether its containers are still being prepared: nothing has run yet. */
  get isWaitingForNode(): boolean {
    return (
      this.phase === 'Pending' &&
      this.isScheduled &&
      !this.containers.some(
        ({ status }) => status?.state?.running != null || status?.state?.terminated != null,
      )
    );
  }

  get appContainers(): readonly ContainerView[] {
    return this.containers.filter(({ kind }) => kind === 'app');
  }

  condition(type: string): ConditionView | undefined {
    return conditionOf(this.ref, this.pod.status?.conditions, type);
  }

  /** A field of the pod as evidence. */
  fact(path: string, value: string | number): Fact {
    return { object: this.ref, path, value: String(value) };
  }

  /** `status.reason` and `status.message` as evidence. */
  reasonFact(): Fact {
    return this.fact('status.reason', this.message === '' ? this.reason : `${this.reason}: ${this.message}`);
  }

  /** A kubectl command in its namespace. */
  kubectl(...words: string[]): string[] {
    return kubectl(this.namespace, ...words);
  }

  /** The command that describes it, including its events. */
  describe(): string[] {
    return this.kubectl('describe', 'pod', this.name);
  }
}
