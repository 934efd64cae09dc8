import type { FieldError } from '../../api/status-error.ts';
import { admitPodSecurity } from '../../auth/pod-security/admission.ts';
import type { KubeObject } from '../../store/types.ts';
import { admitLimitRange, checkLimitRange } from '../admission/limit-range.ts';
import { checkQuota } from '../admission/quota.ts';
import { admitPriority, admitRuntimeClass, admitTolerations, keepPriority } from '../admission/scheduling.ts';
import { admitServiceAccount } from '../admission/service-account.ts';
import { validateObjectMetaUpdate } from '../object-meta.ts';
import type { KindRules, WriteContext } from '../rules.ts';
import { structSchema } from '../schema/parse.ts';
import { POD_COLUMNS, podRow } from '../tables/pod-table.ts';
import { defaultPod } from './defaults.ts';
import { preparePodForCreate, preparePodForUpdate } from './strategy.ts';
import { asPod, type PodObject } from './types.ts';
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
  admit(object, old, context, subresource) {
    if (old === undefined) admitNewPod(object, context);
    else if (subresource === undefined) admitChangedPod(asPod(object), asPod(old));
  },
  prepareForCreate: preparePodForCreate,
  prepareForUpdate: preparePodForUpdate,
  validate: (object) => validatePod(asPod(object)),
  validateUpdate(object, old, subresource) {
    // the registry looks at the metadata before the kind does, so its errors come twice
    return [...validateObjectMetaUpdate(object, old), ...validateFor(object, old, subresource)];
  },
  admitValidated(object, old, context, subresource) {
    if (old === undefined) checkLimitRange(asPod(object), context);
    if (old === undefined || subresource === 'ephemeralcontainers') admitPodSecurity(object, old, context);
    if (old === undefined) checkQuota('pods', object, context);
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

/** Mutating admission of a new pod, in the order of the plugins. */
function admitNewPod(object: KubeObject, context: WriteContext): void {
  const pod = asPod(object);
  admitLimitRange(pod, context);
  admitServiceAccount(pod, context);
  admitPriority(pod, context);
  admitTolerations(pod);
  admitRuntimeClass(pod, context);
}

/** Mutating admission of a changed pod, in the order of the plugins. */
function admitChangedPod(pod: PodObject, old: PodObject): void {
  keepPriority(pod, old);
  admitTolerations(pod);
}

function validateFor(object: KubeObject, old: KubeObject, subresource: string | undefined): FieldError[] {
  const [pod, before] = [asPod(object), asPod(old)];
  if (subresource === 'status') return validatePodStatusUpdate(pod, before);
  if (subresource === 'resize') return validateResize(pod, before);
  if (subresource === 'ephemeralcontainers') return validateEphemeralUpdate(pod, before);
  return validatePodUpdate(pod, before);
}
