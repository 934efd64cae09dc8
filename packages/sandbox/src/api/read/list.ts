import type { MemoryStore } from '../../store/memory-store.ts';
import type { KubeObject } from '../../store/types.ts';
import type { Resource } from '../discovery/resource-table.ts';
import { badRequest, expired, tooLargeResourceVersion } from '../errors.ts';
import type { ListOptions } from '../options.ts';
import { parseFieldSelector, matchesFields, type FieldReaders } from '../selectors/field-selector.ts';
import { matchesLabels, parseLabelSelector } from '../selectors/label-selector.ts';
import type { ListPage } from './represent.ts';

export type Selection = (object: KubeObject) => boolean;

/** What the selectors of a query choose; throws StatusError 400 where they cannot be read. */
export function readSelection(options: ListOptions, readers: FieldReaders): Selection {
  const labels = parseLabelSelector(options.labelSelector);
  const fields = parseFieldSelector(options.fieldSelector, readers);
  return (object) => matchesLabels(labels, object.metadata.labels) && matchesFields(fields, readers, object);
}

/** Reads a resourceVersion of a query. */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (!/^\d+$/.test(text)) {
    const quoted = JSON.stringify(text);
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
    );
  }
  return Number(text);
}

/** One page of a list. The store has only the present: an exact past version is 410 Gone. */
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
  const all = store.list(resource.key, namespace);
  const rest = start === undefined ? all : all.filter((object) => keyOf(object, namespace) >= start.key);
  const chosen = rest.filter(selects);
  const isExact = options.resourceVersionMatch === 'Exact' && asked !== undefined;
  if (isExact && store.eventsSince(resource.key, asked) === undefined) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
  const resourceVersion = String(start?.resourceVersion ?? (isExact ? asked : current));
  if (options.limit <= 0 || chosen.length <= options.limit) return { items: chosen, resourceVersion };
  const items = chosen.slice(0, options.limit);
  const last = items.at(-1);
  const counted = options.labelSelector === '' && options.fieldSelector === '';
  return {
    items,
    resourceVersion,
    ...(last === undefined
      ? {}
      : { continueToken: writeContinueToken(keyOf(last, namespace), resourceVersion) }),
    ...(counted ? { remainingItemCount: chosen.length - items.length } : {}),
  };
}

/** An object's place in a list: its name, with the namespace before it where the list is of all. */
function keyOf({ metadata }: KubeObject, namespace: string | undefined): string {
  const { name = '' } = metadata;
  return namespace === undefined && metadata.namespace !== undefined ? `${metadata.namespace}/${name}` : name;
}

/** @param key of the last object of the page */
function writeContinueToken(key: string, resourceVersion: string): string {
  // The first key that can follow.
  const token = { v: 'meta.k8s.io/v1', rv: Number(resourceVersion), start: `${key}\0` };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readContinueToken(token: string): { key: string; resourceVersion: number } {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const character = text.trimStart()[0];
    throw badRequest(
      character === undefined
        ? 'invalid continue token: continue key is not valid: unexpected end of JSON input'
        : `invalid continue token: continue key is not valid: invalid character '${character}' looking for beginning of value`,
    );
  }
  const { v, rv, start } = value as { v?: unknown; rv?: unknown; start?: unknown };
  if (v !== 'meta.k8s.io/v1' || typeof rv !== 'number' || typeof start !== 'string') {
    throw badRequest(
      `invalid continue token: continue key is not valid: server does not recognize this encoded version ${JSON.stringify(v ?? '')}`,
    );
  }
  if (rv === 0)
    throw expired('The provided continue parameter is too old to display a consistent list result.');
  return { key: start, resourceVersion: rv };
}
