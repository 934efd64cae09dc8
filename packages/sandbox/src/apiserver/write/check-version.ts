import { goQuote } from '../../machinery/go-quote.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { conflict } from '../../machinery/errors.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { refuseInvalid, type Write } from './context.ts';

/** Kinds that are never overwritten blindly: an update must name the version that it was made from. */
const NEVER_UNCONDITIONAL: ReadonlySet<string> = new Set([
  'leases.coordination.k8s.io',
  'poddisruptionbudgets.policy',
  'runtimeclasses.node.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
]);

/** A resourceVersion as the number it is; 0 where none is given. Throws StatusError 500 for what is none, as the server does. */
export function parseVersion(text: string): number {
  if (/^\d*$/.test(text)) return Number(text);
  const quoted = goQuote(text);
  const why = `strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw new StatusError(500, '', `resourceVersion: Invalid value: ${quoted}: ${why}`);
}

/**
 * Refuses a change made from a copy that is stale: 409 before anything else is looked at, however invalid the object
 * is. Without a version, or with "0", the change is made to whatever is there.
 */
export function checkUpdateVersion(write: Write, object: KubeObject, old: KubeObject): void {
  const version = parseVersion(object.metadata.resourceVersion ?? '');
  if (version !== 0) {
    if (String(version) !== old.metadata.resourceVersion)
      throw conflict(write.resource, old.metadata.name ?? '');
  } else if (NEVER_UNCONDITIONAL.has(write.resource.key)) {
    const message = 'Invalid value: 0x0: must be specified for an update';
    refuseInvalid(write, old, [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }]);
  }
}
