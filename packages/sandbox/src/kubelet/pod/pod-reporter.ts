import { timestamp } from '../../machinery/timestamp.ts';
import type { EventDetails } from '../node/event-recorder.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import type { PodState } from './pod-state.ts';
import { podStatus } from '../status/pod-status.ts';
import type { PodObject, PodStatus } from '../types.ts';

/** Writes one pod's status and Events to the API, and finally deletes its object. */
export class PodReporter {
  readonly #context: KubeletContext;
  readonly #state: PodState;
  readonly #identity: { namespace: string; name: string; uid: string };
  #pod: PodObject;

  constructor(context: KubeletContext, state: PodState, pod: PodObject) {
    this.#context = context;
    this.#state = state;
    this.#pod = pod;
    const { namespace = '', name = '', uid = '' } = pod.metadata;
    this.#identity = { namespace, name, uid };
  }

  /** The latest version of the pod. */
  get pod(): PodObject {
    return this.#pod;
  }

  set pod(pod: PodObject) {
    this.#pod = pod;
  }

  /**
   * The pod's current status.
   *
   * @param isTerminal none of its containers will be started any more
   */
  status(isTerminal: boolean): PodStatus {
    return podStatus(this.#pod, this.#state.podView(this.#pod, isTerminal), this.#context.now());
  }

  /** Stores a status, but keeps the fields that other components own. */
  write(status: PodStatus): void {
    const { namespace, name, uid } = this.#identity;
    const stored = this.#context.store.update<PodObject>('pods', namespace, name, (draft) => {
      if (draft.metadata.uid === uid) draft.status = { ...withoutReport(draft.status), ...status };
    });
    if (stored?.metadata.uid === uid) this.#pod = stored;
  }

  /** Reports at once that the sandbox is ready; the next report contains the address and the rest. */
  sandboxReady(): void {
    const { namespace, name, uid } = this.#identity;
    this.#context.store.update<PodObject>('pods', namespace, name, (draft) => {
      if (draft.metadata.uid !== uid) return;
      const condition = draft.status?.conditions?.find(({ type }) => type === 'PodReadyToStartContainers');
      if (condition === undefined || condition.status === 'True') return;
      condition.status = 'True';
      condition.lastTransitionTime = timestamp(this.#context.now());
    });
  }

  record(details: EventDetails): void {
    this.#context.events.record(this.#pod, this.#state.resourceVersion, details);
  }

  /** Removes a deleted pod's object, unless it has finalizers. */
  removeObject(): void {
    const { store, now } = this.#context;
    const { namespace, name, uid } = this.#identity;
    const last = store.update<PodObject>('pods', namespace, name, (draft) => {
      if (draft.metadata.uid !== uid) return;
      Object.assign(draft.metadata, {
        deletionTimestamp: timestamp(now()),
        deletionGracePeriodSeconds: 0,
      });
    });
    const isHeld = (last?.metadata.finalizers ?? []).length > 0;
    if (last?.metadata.uid === uid && !isHeld) store.remove('pods', namespace, name);
  }

  /** Forgets the pod's Events and back-offs. */
  forget(): void {
    const { events, crashBackOff, imageBackOff, pullFailures } = this.#context;
    const { uid } = this.#identity;
    events.forget(uid);
    crashBackOff.forget(uid);
    imageBackOff.forget(uid);
    for (const key of pullFailures.keys()) if (key.startsWith(uid)) pullFailures.delete(key);
  }
}

/** The status without the kubelet's optional fields, which the next report may omit. */
function withoutReport(status: PodStatus | undefined): PodStatus {
  const {
    reason: _reason,
    message: _message,
    allocatedResources: _allocated,
    podIP: _podIP,
    podIPs: _podIPs,
    ...rest
  } = status ?? {};
  return rest;
}
