import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, invalid } from '../../machinery/field-errors.ts';
import { qosClass } from './qos.ts';
import type { Container, PodObject } from './types.ts';
import { MIRROR } from './validate-annotations.ts';
import { validateUpdateCommon } from './validate-pod-update.ts';

const WHOLE_POD = '[]';

/** Validates an update of the resize subresource: resources may change, but not be removed. */
export function validateResize(pod: PodObject, old: PodObject): FieldError[] {
  const errors = validateUpdateCommon(pod, old);
  if (old.metadata.annotations?.[MIRROR] !== undefined) {
    return [forbidden(WHOLE_POD, 'static pods cannot be resized')];
  }
  if (old.spec.os?.name === 'windows') return [forbidden(WHOLE_POD, 'windows pods cannot be resized')];
  if ((old.status.qosClass ?? qosClass(old.spec)) !== qosClass(pod.spec)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    errors.push(invalid('spec', pod.status.qosClass ?? '', detail));
  }
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [position, container] of (pod.spec[list] ?? []).entries()) {
      const before = old.spec[list]?.[position];
      if (before === undefined || (list === 'initContainers' && before.restartPolicy !== 'Always')) continue;
      errors.push(
        ...removedResources(container, before, child(index(`spec.${list}`, position), 'resources')),
      );
    }
  }
  return errors;
}

function removedResources(container: Container, old: Container, path: string): FieldError[] {
  return (['requests', 'limits'] as const).flatMap((list) => {
    const given = container.resources?.[list] ?? {};
    const isRemoved = Object.keys(old.resources?.[list] ?? {}).some((name) => given[name] === undefined);
    return isRemoved ? [forbidden(child(path, list), `resource ${list} cannot be removed`)] : [];
  });
}
