import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';
import type { Evidence } from '../evidence.ts';
import type { Fact } from '../finding.ts';
import { newestFirst } from '../occurrences.ts';
import { kubectl } from '../steps.ts';
import { since } from '../time.ts';
import { type ApiCondition, type ConditionView, conditionOf } from './condition.ts';
import { EventList } from './events.ts';

/** Any object with metadata. */
export interface AnyObject {
  metadata?: ObjectMeta;
  status?: unknown;
}

/** An object that isn't a pod, with its events. */
export class ObjectView<T extends AnyObject> {
  readonly object: T;
  readonly evidence: Evidence;
  readonly name: string;
  /** `service/web`. */
  readonly ref: string;
  readonly events: EventList;

  constructor(kind: string, object: T, evidence: Evidence) {
    this.object = object;
    this.evidence = evidence;
    this.name = object.metadata?.name ?? '';
    this.ref = `${kind.toLowerCase()}/${this.name}`;
    const { uid } = object.metadata ?? {};
    // Events of nodes have the node's name as uid.
    const about = (evidence.events ?? []).filter(
      (event) => event.kind === kind && event.name === this.name && (event.uid === uid || kind === 'Node'),
    );
    this.events = new EventList(this.ref, newestFirst(about));
  }

  get namespace(): string {
    return this.object.metadata?.namespace ?? this.evidence.namespace;
  }

  get now(): number {
    return this.evidence.now;
  }

  get age(): number {
    return since(this.object.metadata?.creationTimestamp, this.now) ?? Number.POSITIVE_INFINITY;
  }

  condition(type: string): ConditionView | undefined {
    const { conditions } = (this.object.status ?? {}) as { conditions?: ApiCondition[] };
    return conditionOf(this.ref, conditions, type);
  }

  fact(path: string, value: string | number): Fact {
    return { object: this.ref, path, value: String(value) };
  }

  kubectl(...words: string[]): string[] {
    return kubectl(this.namespace, ...words);
  }

  describe(): string[] {
    return this.kubectl('describe', this.ref);
  }
}
