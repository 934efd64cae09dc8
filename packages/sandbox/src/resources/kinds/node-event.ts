import { textOf } from '../../machinery/metadata.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { invalid } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { EVENT_COLUMNS, eventRow } from '../tables/event-table.ts';
import { NODE_COLUMNS, nodeRow } from '../tables/node-table.ts';
import { defineKind } from './kind.ts';

export const NODES = defineKind({
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  checkName: dns1123Subdomain,
  newStatus: (object) => structuredClone(object['status'] ?? {}) as Record<string, unknown>,
  columns: NODE_COLUMNS,
  row: nodeRow,
  fieldSelectors: {
    'spec.unschedulable': (object) =>
      String((object['spec'] as { unschedulable?: boolean } | undefined)?.unschedulable ?? false),
  },
});

interface Reference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

function involved(object: KubeObject): Reference {
  return object['involvedObject'] ?? {};
}

export const EVENTS = defineKind({
  kind: 'Event',
  plural: 'events',
  checkName: dns1123Subdomain,
  validate(object): FieldError[] {
    const { namespace = '' } = involved(object);
    const own = object.metadata.namespace ?? '';
    const expected = namespace === '' ? 'default' : namespace;
    return expected === own
      ? []
      : [invalid('involvedObject.namespace', namespace, 'does not match event.namespace')];
  },
  columns: EVENT_COLUMNS,
  row: eventRow,
  fieldSelectors: {
    'involvedObject.kind': (object) => involved(object).kind ?? '',
    'involvedObject.namespace': (object) => involved(object).namespace ?? '',
    'involvedObject.name': (object) => involved(object).name ?? '',
    'involvedObject.uid': (object) => involved(object).uid ?? '',
    'involvedObject.apiVersion': (object) => involved(object).apiVersion ?? '',
    'involvedObject.resourceVersion': (object) => involved(object).resourceVersion ?? '',
    'involvedObject.fieldPath': (object) => involved(object).fieldPath ?? '',
    reason: (object) => textOf(object, 'reason'),
    reportingComponent: (object) => textOf(object, 'reportingComponent'),
    source: (object) => {
      const source = (object['source'] ?? {}) as { component?: string };
      return source.component ?? textOf(object, 'reportingComponent');
    },
    type: (object) => textOf(object, 'type'),
  },
});
