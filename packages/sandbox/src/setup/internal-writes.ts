import type { ApiContext } from '../apiserver/api-context.ts';
import type { Resource } from '../apiserver/discovery/resource-table.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Write } from '../apiserver/write/context.ts';
import { deleteObject, earlierPolicy } from '../apiserver/write/delete.ts';
import { PODS } from '../controllers/api-client.ts';

/** A write by the server itself. */
export function internalWrite(
  { store, rules, now }: ApiContext,
  resource: Resource,
  namespace: string,
): Write {
  const user = { name: 'system:apiserver', groups: ['system:masters'] };
  const context = { store, user, now, dryRun: false, warn: (): void => undefined };
  return { store, resource, rules: rules(resource.key), namespace, context };
}

/** Deletes an object like a controller, through the same steps as a request. */
export function remove(
  api: ApiContext,
  warn: (message: string) => void,
  resource: Resource,
  namespace: string,
  name: string,
  policy?: 'Foreground',
): void {
  const { store } = api;
  const { finalizers = [] } = store.get(resource.key, namespace, name)?.metadata ?? {};
  try {
    deleteObject(internalWrite(api, resource, namespace), name, {
      dryRun: false,
      propagationPolicy: policy ?? earlierPolicy(finalizers) ?? 'Background',
    });
  } catch (error) {
    // Already deleted.
    if (error instanceof StatusError && error.code === 404) return;
    warn(
      `${resource.key} ${namespace}/${name} can't be deleted by its controller: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }
}

export function removePod(
  api: ApiContext,
  warn: (message: string) => void,
  namespace: string,
  name: string,
): void {
  remove(api, warn, PODS, namespace, name);
}
