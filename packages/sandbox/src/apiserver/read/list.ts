import type { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, expired, tooLargeResourceVersion } from '../../machinery/errors.ts';
import type { ListOptions } from '../options.ts';
import {
  parseFieldSelector,
  matchesFields,
  type FieldReaders,
} from '../../machinery/selectors/field-selector.ts';
import { matchesLabels } from '../../machinery/selectors/label-requirement.ts';
import { parseLabelSelector } from '../../machinery/selectors/parse-label-selector.ts';
import { expiredToken, readContinueToken, writeContinueToken } from './continue-token.ts';
import type { ListPage } from './represent.ts';

export type Selection = (object: KubeObject) => boolean;

/** Parses the selectors of a query. Throws StatusError 400 if they are invalid. */
export function readSelection(options: ListOptions, readers: FieldReaders): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  const fields = parseFieldSelector(options.fieldSelector, readers);
  return (object) => matchesLabels(labels, object.metadata.labels) && matchesFields(fields, readers, object);
}

/** Parses the resourceVersion of a query. */
function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    const quoted = JSON.stringify(text);
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
    );
  }
  return Number(text);
}

/** One page of a list. The store has only the current objects: an exact older version is 410 Gone. */
export function listObjects(
  store: MemoryStore,
  resource: Resource,
  namespace: string | undefined,
  options: ListOptions,
  selects: Selection,
): ListPage {
  const asked = parseResourceVersion(options.resourceVersion);
  const current = store.resourceVersion;
  if (asked !== undefined && asked > current) throw tooLargeResourceVersion(asked, current);
  const start = options.continueToken === '' ? undefined : readContinueToken(options.continueToken);
  if (start !== undefined && (asked ?? 0) > 0) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (start !== undefined && start.resourceVersion > 0) {
    if (store.eventsSince(resource.key, start.resourceVersion) === undefined) throw expiredToken(start.key);
  }
  const all = store.list(resource.key, namespace);
  const rest = start === undefined ? all : all.filter((object) => keyOf(object, namespace) >= start.key);
  const chosen = rest.filter(selects);
  const isExact = options.resourceVersionMatch === 'Exact' && asked !== undefined;
  if (isExact && store.eventsSince(resource.key, asked) === undefined) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  // A token for the inconsistent rest of an expired list has no version.
  const consistent = start === undefined || start.resourceVersion < 0 ? undefined : start.resourceVersion;
  const resourceVersion = String(consistent ?? (isExact ? asked : current));
  // Version 0 is served from the cache, which ignores limits.
  const limit = asked === 0 && start === undefined ? 0 : options.limit;
  if (limit <= 0 || chosen.length <= limit) return { items: chosen, resourceVersion };
  const items = chosen.slice(0, limit);
  const last = items.at(-1);
  const counted = options.labelSelector === '' && options.fieldSelector === '';
  return {
    items,
    resourceVersion,
    ...(last === undefined
      ? {}
      : { continueToken: writeContinueToken(`${keyOf(last, namespace)}\0`, Number(resourceVersion)) }),
    ...(counted ? { remainingItemCount: chosen.length - items.length } : {}),
  };
}

/** An object's key in a list: its name, with the namespace if the list is of all namespaces. */
function keyOf({ metadata }: KubeObject, namespace: string | undefined): string {
  const { name = '' } = metadata;
  return namespace === undefined && metadata.namespace !== undefined ? `${metadata.namespace}/${name}` : name;
}
