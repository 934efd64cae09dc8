import type { Container, ContainerStateTerminated, ContainerStatus } from 'kubernetes-types/core/v1.d.ts';
import type { LogTail, Occurrence } from '../evidence.ts';
import type { Fact } from '../finding.ts';
import { HOUR, MINUTE, since } from '../time.ts';
import { EventList } from './events.ts';
import type { PodView } from './pod-view.ts';

/** `sidecar`: an init container with restartPolicy Always. */
export type ContainerKind = 'init' | 'sidecar' | 'app' | 'ephemeral';

/** The termination of a container, with its path. */
export interface Death extends ContainerStateTerminated {
  path: string;
  /** The run before the current state; otherwise the current state itself. */
  earlier: boolean;
}

/** One container: its spec, its status, its events, its log. */
export class ContainerView {
  readonly pod: PodView;
  readonly kind: ContainerKind;
  readonly spec: Container;
  /** Absent until the kubelet has processed the pod. */
  readonly status: ContainerStatus | undefined;
  readonly #path: string;
  #events: EventList | undefined;

  constructor(
    pod: PodView,
    kind: ContainerKind,
    spec: Container,
    status: ContainerStatus | undefined,
    path: string,
  ) {
    this.pod = pod;
    this.kind = kind;
    this.spec = spec;
    this.status = status;
    this.#path = path;
  }

  get name(): string {
    return this.spec.name;
  }

  get image(): string {
    return this.spec.image ?? '';
  }

  /** The list in the pod's spec that contains it. */
  get list(): 'containers' | 'initContainers' | 'ephemeralContainers' {
    if (this.kind === 'app') return 'containers';
    return this.kind === 'ephemeral' ? 'ephemeralContainers' : 'initContainers';
  }

  /** `container main`, `init container setup`, for sentences. */
  get label(): string {
    const word = {
      init: 'init container',
      sidecar: 'sidecar',
      app: 'container',
      ephemeral: 'debug container',
    };
    return `${word[this.kind]} ${this.name}`;
  }

  /** The kubelet's events about this container. */
  get events(): EventList {
    this.#events ??= new EventList(
      this.pod.ref,
      this.pod.events.all.filter((event) => this.#concerns(event)),
    );
    return this.#events;
  }

  /** An event without a field path can only be about a container if there is just one, or if the event names it. */
  #concerns({ fieldPath, message }: Occurrence): boolean {
    if (fieldPath !== '') return fieldPath.endsWith(`ontainers{${this.name}}`);
    return this.pod.containers.length === 1 || message.includes(`ontainer ${this.name} `);
  }

  get waiting(): { reason: string; message: string } | undefined {
    const waiting = this.status?.state?.waiting;
    return waiting && { reason: waiting.reason ?? '', message: waiting.message ?? '' };
  }

  /** Whether it waits with one of these reasons. */
  waitsFor(...reasons: string[]): boolean {
    return reasons.includes(this.waiting?.reason ?? '');
  }

  get isRunning(): boolean {
    return this.status?.state?.running !== undefined && this.status.state.running !== null;
  }

  /** How long it has been running, in milliseconds. */
  get uptime(): number | undefined {
    return since(this.status?.state?.running?.startedAt, this.pod.now);
  }

  get restarts(): number {
    return this.status?.restartCount ?? 0;
  }

  get isReady(): boolean {
    return this.status?.ready === true;
  }

  /** The termination of the current run, otherwise that of the previous one. */
  get death(): Death | undefined {
    const now = this.status?.state?.terminated;
    if (now != null) return { ...now, path: `${this.#path}.state.terminated`, earlier: false };
    const last = this.status?.lastState?.terminated;
    return last == null ? undefined : { ...last, path: `${this.#path}.lastState.terminated`, earlier: true };
  }

  /** Milliseconds since its termination. */
  get diedAgo(): number | undefined {
    return since(this.death?.finishedAt, this.pod.now);
  }

  /**
   * Whether its termination matters now: it isn't running again, or only since a moment, or it terminates repeatedly. A
   * container that has run well for long has recovered.
   */
  get troubled(): boolean {
    const { death } = this;
    if (death === undefined) return false;
    if (!this.isRunning) return true;
    const ago = this.diedAgo ?? 0;
    if (!this.isReady) return ago < HOUR;
    return ago < 10 * MINUTE || (this.restarts >= 3 && ago < HOUR);
  }

  get log(): LogTail | undefined {
    return this.pod.evidence.logs.get(`${this.pod.name}/${this.name}`);
  }

  /** A field of the status, such as `state.waiting.message`. */
  fact(path: string, value: string | number): Fact {
    return { object: this.pod.ref, path: `${this.#path}.${path}`, value: String(value) };
  }

  /** Why it waits, as evidence. */
  waitingFact(): Fact {
    const { reason = '', message = '' } = this.waiting ?? {};
    return this.fact('state.waiting', message === '' ? reason : `${reason}: ${message}`);
  }

  /** Its termination, as evidence. */
  deathFact(): Fact {
    const { death } = this;
    const parts = [death?.reason ?? '', `exit code ${death?.exitCode ?? '?'}`, death?.message ?? ''];
    return {
      object: this.pod.ref,
      path: death?.path ?? this.#path,
      value: parts.filter((part) => part !== '').join(', '),
    };
  }

  /** The last lines of its log, as evidence. */
  logFacts(lines: readonly string[] = this.log?.lines.slice(-3) ?? []): Fact[] {
    const path = this.log?.previous === true ? `log of ${this.name} (previous run)` : `log of ${this.name}`;
    return lines.length === 0 ? [] : [{ object: this.pod.ref, path, value: lines.join('\n') }];
  }
}
