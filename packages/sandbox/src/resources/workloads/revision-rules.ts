import type { KubeObject } from '../../machinery/objects.ts';
import { invalid, required } from '../../machinery/field-errors.ts';
import { defineKind } from '../kinds/kind.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { ageOf } from '../tables/age.ts';
import { AGE, column, NAME } from '../tables/columns.ts';
import { isDeepStrictEqual } from 'node:util';
import { notNegative } from './validate.ts';

interface Revision {
  data?: unknown;
  revision?: number;
}

/** The object's controller as `daemonset.apps/NAME`. */
function controllerOf({ metadata }: KubeObject): string {
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${owner.kind.toLowerCase()}${group}/${owner.name}`;
}

export const CONTROLLER_REVISIONS = defineKind({
  group: 'apps',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  checkName: dns1123Subdomain,
  validate(object) {
    const { data, revision } = object as Revision;
    const missing = data === undefined || data === null;
    return [
      ...(missing ? [required('data', 'data is mandatory')] : []),
      ...notNegative(revision, 'revision'),
    ];
  },
  validateUpdate(object, old) {
    const { data } = object as Revision;
    return isDeepStrictEqual(data, (old as Revision).data)
      ? []
      : [invalid('data', data, 'field is immutable')];
  },
  columns: [
    NAME,
    column('Controller', 'Controller of the object'),
    column('Revision', 'Revision indicates the revision of the state represented by Data.'),
    AGE,
  ],
  row: (object, now) => ({
    cells: [
      object.metadata.name ?? '',
      controllerOf(object),
      (object as Revision).revision ?? 0,
      ageOf(object.metadata.creationTimestamp, now),
    ],
  }),
});
