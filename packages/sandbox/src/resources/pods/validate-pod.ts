import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { validateObjectMeta } from '../../machinery/object-meta.ts';
import type { PodObject } from './types.ts';
import { validateAnnotations } from './validate-annotations.ts';
import { validateImagePadding } from './validate-container.ts';
import { validatePodSpec } from './validate-spec.ts';

export const INT32_MAX = 2_147_483_647;

/** Validates a pod's metadata and spec, on create and on update. */
export function validateMetadataAndSpec(pod: PodObject): FieldError[] {
  const podName = pod.metadata.name;
  const errors = [
    ...validateObjectMeta(pod, true, dns1123Subdomain),
    ...validateAnnotations(pod),
    ...validatePodSpec(pod.spec, 'spec', { isPod: true, ...(podName === undefined ? {} : { podName }) }),
  ];
  if ((pod.spec.serviceAccountName ?? '') === '') errors.push(...validateTokensWithoutAccount(pod));
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [position, container] of (pod.spec[list] ?? []).entries()) {
      errors.push(...validateImagePadding(container, index(`spec.${list}`, position)));
    }
  }
  return errors;
}

function validateTokensWithoutAccount(pod: PodObject): FieldError[] {
  return (pod.spec.volumes ?? []).flatMap((volume, position) =>
    (volume.projected?.sources ?? []).flatMap((source, number) => {
      if (source.serviceAccountToken === undefined) return [];
      const sources = child(index('spec.volumes', position), 'projected.sources');
      const at = child(index(sources, number), 'serviceAccountToken');
      return [forbidden(at, 'must not be specified when serviceAccountName is not set')];
    }),
  );
}

/** Validates a new pod. */
export function validatePod(pod: PodObject): FieldError[] {
  const errors = validateMetadataAndSpec(pod);
  if ((pod.spec.ephemeralContainers ?? []).length > 0) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if ((pod.spec.nodeName ?? '') !== '' && (pod.spec.schedulingGates ?? []).length > 0) {
    errors.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}
