import type { KubeObject, ResourceKey } from '../machinery/objects.ts';
import { asCronJob, asJob, asWorkload, type PodTemplate } from '../resources/workloads/types.ts';
import type { Attributes } from './attributes.ts';
import { warnPodTemplate } from './pod-security/admission.ts';
import { checkLevels, warnExistingPods } from './pod-security/namespaces.ts';
import { mutatePod, validatePod } from './pods.ts';
import { checkQuota } from './quota.ts';
import { mutateStorage } from './storage.ts';

/** Mutating admission, in the order of the plugins. Throws StatusError to refuse. */
export function mutate(attributes: Attributes): void {
  if (attributes.resource === 'pods') mutatePod(attributes);
  else mutateStorage(attributes);
}

/** Validating admission: limits, Pod Security, quota. Throws StatusError to refuse. */
export function validate(attributes: Attributes): void {
  const { resource, object, old, subresource, context } = attributes;
  if (resource === 'pods') validatePod(attributes);
  if (resource === 'namespaces' && isMain(subresource)) {
    checkLevels(object, old);
    if (old !== undefined) warnExistingPods(object, old, context);
  }
  const template = TEMPLATES[resource];
  if (template !== undefined && isMain(subresource)) warnPodTemplate(object, template(object), context);
  if (old === undefined) checkQuota(resource, object, context);
}

function isMain(subresource: string | undefined): boolean {
  return subresource === undefined || subresource === '';
}

const ofWorkload = (object: KubeObject): PodTemplate | undefined => asWorkload(object).spec.template;

/** The pod templates of workload kinds. */
const TEMPLATES: Readonly<Record<ResourceKey, (object: KubeObject) => PodTemplate | undefined>> = {
  'deployments.apps': ofWorkload,
  'replicasets.apps': ofWorkload,
  'statefulsets.apps': ofWorkload,
  'daemonsets.apps': ofWorkload,
  replicationcontrollers: ofWorkload,
  'jobs.batch': (object) => asJob(object).spec.template,
  'cronjobs.batch': (object) => asCronJob(object).spec.jobTemplate.spec?.template,
};
