import { findResource, type Resource } from '../apiserver/discovery/resource-table.ts';
import { createObject } from '../apiserver/write/create.ts';
import { deleteObject, type DeleteOptions } from '../apiserver/write/delete.ts';
import { StatusError } from '../machinery/status-error.ts';
import { rulesFor } from '../resources/registry.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { KubeObject } from '../machinery/objects.ts';

const NOT_FOUND = 404;

/** The controllers' client. Its writes have defaults, admission and validation like requests. */
export interface ControllerClient {
  store: MemoryStore;
  now: () => Date;
  /** Delay between a controller's write and the writes that follow from it, in ms. */
  lag: number;
  /** Throws StatusError if the API server would refuse the object. */
  create<T extends KubeObject>(resource: Resource, namespace: string, object: T): T;
  /** Deletes with the object's own grace period. A missing object is not an error. */
  remove(resource: Resource, namespace: string, name: string, options?: Partial<DeleteOptions>): void;
}

/** A client with the unlimited rights of the cluster's own controllers. */
export function createControllerClient(store: MemoryStore, now: () => Date, lag = 0): ControllerClient {
  const write = (resource: Resource, namespace: string): Parameters<typeof createObject>[0] => ({
    store,
    resource,
    rules: rulesFor(resource.key),
    namespace,
    context: {
      store,
      user: { name: 'system:kube-controller-manager', groups: ['system:masters'] },
      now,
      dryRun: false,
      warn: () => undefined,
    },
  });
  return {
    store,
    now,
    lag,
    create: <T extends KubeObject>(resource: Resource, namespace: string, object: T) =>
      createObject(write(resource, namespace), structuredClone(object)) as T,
    remove(resource, namespace, name, options = {}) {
      try {
        deleteObject(write(resource, namespace), name, { dryRun: false, ...options });
      } catch (error) {
        if (!(error instanceof StatusError) || error.code !== NOT_FOUND) throw error;
      }
    },
  };
}

/** A resource that must be served; throws otherwise. */
export function servedResource(group: string, version: string, plural: string): Resource {
  const found = findResource(group, version, plural);
  if (found === undefined) throw new Error(`${plural}.${group} is not served`);
  return found;
}

export const PODS = servedResource('', 'v1', 'pods');
