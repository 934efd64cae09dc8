import type { KubeObject } from '../../machinery/objects.ts';
import type { ControllerClient } from '../api-client.ts';
import { keyOf, splitKey, WorkQueue } from '../work-queue.ts';
import { controllerOf } from './owned-pods.ts';

export interface ControllerOptions {
  client: ControllerClient;
  /** The resource that the controller keeps, and its kind. */
  resource: string;
  kind: string;
  /** Resources whose objects it controls: their changes are looked at too. */
  owns: readonly string[];
  /** How long after its creation an object is first looked at, in ms. */
  delay?: number;
  /**
   * Looks at one object; `again` has it looked at after some milliseconds, `rest` has it not looked at for so long.
   */
  reconcile: (
    object: KubeObject,
    again: (milliseconds: number) => void,
    rest: (milliseconds: number) => void,
  ) => void;
  /** Owners to look at for an object that nobody controls. */
  orphanOwners?: (object: KubeObject) => readonly KubeObject[];
}

/** Runs a controller: looks at each object when it, or something that it owns, changes. Returns the stop function. */
export function startController(options: ControllerOptions): () => void {
  const { client, resource, kind, delay = 0 } = options;
  const queue = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const object = client.store.get(resource, namespace, name);
    if (object === undefined) return;
    const again = (milliseconds: number): void => queue.addAfter(key, milliseconds);
    const rest = (milliseconds: number): void => queue.rest(key, milliseconds);
    options.reconcile(object, again, rest);
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
      if (type === 'ADDED' && delay > 0) queue.rest(keyOf(object), delay);
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
