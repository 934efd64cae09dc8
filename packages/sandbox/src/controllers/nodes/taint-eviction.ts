import { timestamp } from '../../machinery/timestamp.ts';
import type { PodObject } from '../../resources/pods/types.ts';
import { type ControllerClient, PODS } from '../api-client.ts';
import { recordEvent } from '../events.ts';

const COMPONENT = 'taint-eviction-controller';
const MS_PER_S = 1000;

/** Evicts the pods of a node with a NoExecute taint, each after its tolerationSeconds. */
export class TaintEviction {
  readonly #client: ControllerClient;
  /** By the pod's uid. */
  readonly #timers = new Map<string, { node: string; timer: NodeJS.Timeout }>();

  constructor(client: ControllerClient) {
    this.#client = client;
  }

  /** @param taint the key of the node's taint; undefined if it has none */
  update(node: string, taint: string | undefined): void {
    if (taint === undefined) {
      for (const [uid, entry] of this.#timers) if (entry.node === node) this.#cancel(uid);
      return;
    }
    for (const pod of this.#client.store.list<PodObject>('pods')) {
      const { uid = '', deletionTimestamp } = pod.metadata;
      if (pod.spec.nodeName !== node || deletionTimestamp !== undefined || this.#timers.has(uid)) continue;
      const seconds = toleratedSeconds(pod, taint);
      if (seconds === undefined) continue;
      const timer = setTimeout(() => this.#evict(pod), seconds * MS_PER_S).unref();
      this.#timers.set(uid, { node, timer });
    }
  }

  stop(): void {
    for (const uid of this.#timers.keys()) this.#cancel(uid);
  }

  #cancel(uid: string): void {
    clearTimeout(this.#timers.get(uid)?.timer);
    this.#timers.delete(uid);
  }

  #evict({ metadata: { namespace = '', name = '', uid = '' } }: PodObject): void {
    const { store, now } = this.#client;
    this.#cancel(uid);
    const pod = store.get<PodObject>('pods', namespace, name);
    if (pod === undefined || pod.metadata.uid !== uid) return;
    const message = `Marking for deletion Pod ${namespace}/${name}`;
    recordEvent(store, COMPONENT, pod, { type: 'Normal', reason: 'TaintManagerEviction', message }, now());
    store.update<PodObject>('pods', namespace, name, (draft) => {
      draft.status.conditions = [
        ...(draft.status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget'),
        {
          type: 'DisruptionTarget',
          status: 'True',
          lastTransitionTime: timestamp(now()),
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
        },
      ];
    });
    this.#client.remove(PODS, namespace, name);
  }
}

/** How long a pod tolerates the taint; undefined means forever. */
function toleratedSeconds({ spec }: PodObject, taint: string): number | undefined {
  const matching = (spec.tolerations ?? []).filter(
    ({ key, effect }) =>
      (key === undefined || key === taint) && (effect === undefined || effect === 'NoExecute'),
  );
  if (matching.length === 0) return 0;
  const limits = matching.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}
