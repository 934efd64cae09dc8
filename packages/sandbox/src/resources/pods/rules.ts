import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { validateObjectMetaUpdate } from '../../machinery/object-meta.ts';
import type { KindRules } from '../rules.ts';
import { structSchema } from '../schema/parse.ts';
import { POD_COLUMNS, podRow } from '../tables/pod-table.ts';
import { defaultPod } from './defaults.ts';
import { preparePodForCreate, preparePodForUpdate } from './strategy.ts';
import { asPod } from './types.ts';
import { validateEphemeralUpdate, validatePodUpdate } from './validate-pod-update.ts';
import { validateResize } from './validate-resize.ts';
import { validatePod } from './validate-pod.ts';
import { validatePodStatusUpdate } from './validate-status-update.ts';

/** Pods, and their subresources status, ephemeralcontainers and resize. */
export const POD_RULES: KindRules = {
  resource: 'pods',
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  schema: structSchema('Pod'),
  default: (object) => {
    defaultPod(asPod(object));
  },
  prepareForCreate: preparePodForCreate,
  prepareForUpdate: preparePodForUpdate,
  validate: (object) => validatePod(asPod(object)),
  validateUpdate(object, old, subresource) {
    // Both the generic registry and the kind validate the metadata, so its errors come twice.
    return [...validateObjectMetaUpdate(object, old), ...validateFor(object, old, subresource)];
  },
  tableColumns: POD_COLUMNS,
  tableRow: podRow,
  fieldSelectors: {
    'spec.nodeName': (object) => asPod(object).spec.nodeName ?? '',
    'spec.restartPolicy': (object) => asPod(object).spec.restartPolicy ?? '',
    'spec.schedulerName': (object) => asPod(object).spec.schedulerName ?? '',
    'spec.serviceAccountName': (object) => asPod(object).spec.serviceAccountName ?? '',
    'spec.hostNetwork': (object) => String(asPod(object).spec.hostNetwork ?? false),
    'status.phase': (object) => asPod(object).status.phase ?? '',
    'status.podIP': (object) => asPod(object).status.podIPs?.[0]?.ip ?? '',
    'status.podIPs': (object) => asPod(object).status.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (object) => asPod(object).status.nominatedNodeName ?? '',
  },
};

function validateFor(object: KubeObject, old: KubeObject, subresource: string | undefined): FieldError[] {
  const [pod, before] = [asPod(object), asPod(old)];
  if (subresource === 'status') return validatePodStatusUpdate(pod, before);
  if (subresource === 'resize') return validateResize(pod, before);
  if (subresource === 'ephemeralcontainers') return validateEphemeralUpdate(pod, before);
  return validatePodUpdate(pod, before);
}
