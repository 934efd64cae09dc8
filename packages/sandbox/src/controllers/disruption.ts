import { type Disruption, type DisruptionBudget, disruptionOf } from '../resources/disruption.ts';
import { timestamp } from '../machinery/timestamp.ts';
import type { ControllerClient } from './api-client.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const RESOURCE = 'poddisruptionbudgets.policy';

/** Maintains the status of PodDisruptionBudgets. Returns the stop function. */
export function startDisruption(client: ControllerClient): () => void {
  const { store } = client;
  const queue = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const budget = store.get<DisruptionBudget>(RESOURCE, namespace, name);
    if (budget === undefined) return;
    const status = {
      observedGeneration: budget.metadata.generation ?? 1,
      ...disruptionOf(store, budget),
      conditions: [condition(client, budget, disruptionOf(store, budget))],
    };
    if (JSON.stringify(budget.status) === JSON.stringify(status)) return;
    store.update<DisruptionBudget>(RESOURCE, namespace, name, (draft) => {
      draft.status = status;
    });
  });
  const stops = [
    store.subscribe(RESOURCE, ({ object, type }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    store.subscribe('pods', ({ object }) => {
      for (const budget of store.list(RESOURCE, object.metadata.namespace)) queue.add(keyOf(budget));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

function condition(
  client: ControllerClient,
  { metadata, status }: DisruptionBudget,
  { disruptionsAllowed }: Disruption,
): Record<string, unknown> {
  const isAllowed = disruptionsAllowed > 0;
  const conditionStatus = isAllowed ? 'True' : 'False';
  const [former] = (status?.['conditions'] ?? []) as { status: string; lastTransitionTime: string }[];
  return {
    type: 'DisruptionAllowed',
    status: conditionStatus,
    observedGeneration: metadata.generation ?? 1,
    lastTransitionTime:
      former?.status === conditionStatus ? former.lastTransitionTime : timestamp(client.now()),
    reason: isAllowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
}
