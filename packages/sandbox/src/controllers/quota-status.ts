import { type ResourceQuota, quotaUsage } from '../admission/quota.ts';
import type { ControllerClient } from './api-client.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

/** Resources whose objects quotas can count. */
const COUNTED = [
  'pods',
  'services',
  'configmaps',
  'secrets',
  'persistentvolumeclaims',
  'replicationcontrollers',
];

/** Maintains the status of ResourceQuotas: hard limits and usage. Returns the stop function. */
export function startQuotaStatus(client: ControllerClient): () => void {
  const { store } = client;
  const queue = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    store.update<ResourceQuota>('resourcequotas', namespace, name, (draft) => {
      const hard = { ...draft.spec?.hard };
      draft.status = { hard, used: quotaUsage(draft, store) };
    });
  });
  const stops = [
    store.subscribe('resourcequotas', ({ object, type }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    ...COUNTED.map((resource) =>
      store.subscribe(resource, ({ object }) => {
        for (const quota of store.list('resourcequotas', object.metadata.namespace)) queue.add(keyOf(quota));
      }),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}
