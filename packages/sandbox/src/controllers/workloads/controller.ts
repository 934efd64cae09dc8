import type { KubeObject } from '../../machinery/objects.ts';
import type { ControllerClient } from '../api-client.ts';
import { keyOf, splitKey, WorkQueue } from '../work-queue.ts';
import { controllerOf } from './owned-pods.ts';

export interface ControllerOptions {
  client: ControllerClient;
  /** The resource that the controller reconciles, and its kind. */
  resource: string;
  kind: string;
  /** Resources of the objects that it owns; their changes reconcile the owner. */
  owns: readonly string[];
  /** Delay between an object's creation and its first reconciliation, in ms. */
  delay?: number;
  /**
   * Reconciles one object. `requeueAfter` reconciles it again after this time in ms; `postpone` also not before.
   */
  reconcile: (
    object: KubeObject,
    requeueAfter: (milliseconds: number) => void,
    postpone: (milliseconds: number) => void,
  ) => void;
  /** Owners to reconcile for an object without a controller. */
  orphanOwners?: (object: KubeObject) => readonly KubeObject[];
}

/** Runs a controller: reconciles an object when it or its dependents change. Returns the stop function. */
export function startController(options: ControllerOptions): () => void {
  const { client, resource, kind, delay = 0 } = options;
  const queue = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const object = client.store.get(resource, namespace, name);
    if (object === undefined) return;
    const requeueAfter = (milliseconds: number): void => queue.addAfter(key, milliseconds);
    const postpone = (milliseconds: number): void => queue.postpone(key, milliseconds);
    options.reconcile(object, requeueAfter, postpone);
  });
  const ownerChanged = (object: KubeObject): void => {
    const owner = controllerOf(object);
    if (owner?.kind === kind) queue.add(`${object.metadata.namespace ?? ''}/${owner.name}`);
    else if (owner === undefined) {
      for (const other of options.orphanOwners?.(object) ?? []) queue.add(keyOf(other));
    }
  };
  const stops = [
    client.store.subscribe(resource, ({ object, type }) => {
      if (type === 'ADDED' && delay > 0) queue.postpone(keyOf(object), delay);
      else if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    ...options.owns.map((owned) =>
      client.store.subscribe(owned, ({ object, previous }) => {
        ownerChanged(object);
        if (previous !== undefined && controllerOf(previous)?.uid !== controllerOf(object)?.uid) {
          ownerChanged(previous);
        }
      }),
    ),
  ];
  for (const object of client.store.list(resource)) queue.add(keyOf(object));
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}
