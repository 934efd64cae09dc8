import { goQuote } from '../../machinery/go-quote.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { conflict } from '../../machinery/errors.ts';
import { StatusError } from '../../machinery/status-error.ts';
import { refuseInvalid, type Write } from './context.ts';

/** Kinds without unconditional updates: an update must contain a resourceVersion. */
const NEVER_UNCONDITIONAL: ReadonlySet<string> = new Set([
  'leases.coordination.k8s.io',
  'poddisruptionbudgets.policy',
  'runtimeclasses.node.k8s.io',
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
]);

/** A resourceVersion as a number; 0 if empty. Like the server, throws StatusError 500 if it is invalid. */
export function parseVersion(text: string): number {
  if (/^\d*$/.test(text)) return Number(text);
  const quoted = goQuote(text);
  const why = `strconv.ParseUint: parsing ${quoted}: invalid syntax`;
  throw new StatusError(500, '', `resourceVersion: Invalid value: ${quoted}: ${why}`);
}

/**
 * Refuses an update with a stale resourceVersion with 409, before the object is validated. Without a version, or with "0",
 * the update is unconditional.
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
