import type { Event } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import { eventStamp } from '../../machinery/event-stamp.ts';

const COMPONENT = 'kubelet';

/** What an Event says about an object. */
export interface EventDetails {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  fieldPath?: string;
}

/** Writes core/v1 Events; a repeated one increments the count of the first. */
export class EventRecorder {
  readonly #store: Store;
  readonly #nodeName: string;
  readonly #now: () => Date;
  /** Names of Events by their content, by the uid of their object. */
  readonly #names = new Map<string, Map<string, string>>();

  constructor(store: Store, nodeName: string, now: () => Date) {
    this.#store = store;
    this.#nodeName = nodeName;
    this.#now = now;
  }

  /** @param resourceVersion of the object as first observed, which the kubelet's Events keep */
  record(object: KubeObject, resourceVersion: string, details: EventDetails): void {
    const { uid = '', namespace = 'default', name = '' } = object.metadata;
    const time = timestamp(this.#now());
    const key = [details.type, details.reason, details.message, details.fieldPath].join('\0');
    const names = this.#names.get(uid) ?? new Map<string, string>();
    this.#names.set(uid, names);
    const known = names.get(key);
    if (known !== undefined) {
      const counted = this.#store.update<Event & KubeObject>('events', namespace, known, (event) => {
        event.count = (event.count ?? 0) + 1;
        event.lastTimestamp = time;
      });
      if (counted !== undefined) return;
    }
    const eventName = `${name}.${eventStamp(this.#now())}`;
    names.set(key, eventName);
    this.#create(object, resourceVersion, details, eventName, time);
  }

  /** Forgets the Events of a deleted object. */
  forget(uid: string): void {
    this.#names.delete(uid);
  }

  #create(
    object: KubeObject,
    resourceVersion: string,
    details: EventDetails,
    eventName: string,
    time: string,
  ): void {
    const { uid = '', namespace, name = '' } = object.metadata;
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace: namespace ?? 'default' },
      involvedObject: {
        kind: object.kind,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        uid,
        apiVersion: object.apiVersion,
        resourceVersion,
        ...(details.fieldPath === undefined ? {} : { fieldPath: details.fieldPath }),
      },
      reason: details.reason,
      message: details.message,
      source: { component: COMPONENT, host: this.#nodeName },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type: details.type,
      eventTime: null,
      reportingComponent: COMPONENT,
      reportingInstance: this.#nodeName,
    };
    try {
      this.#store.create('events', event);
    } catch {
      // The namespace may be terminating. A lost Event is not an error.
    }
  }
}
