import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../machinery/objects.ts';
import { keepMeta, metaOf } from '../../machinery/metadata.ts';
import type { WriteContext } from '../rules.ts';
import { qosClass } from './qos.ts';
import { asPod, type Container, type PodObject } from './types.ts';

/** A new pod is Pending; a status from the client is ignored. */
export function preparePodForCreate(object: KubeObject, context: WriteContext): void {
  const pod = asPod(object);
  metaOf(pod).generation = 1;
  if ((pod.spec.terminationGracePeriodSeconds ?? 0) < 0) pod.spec.terminationGracePeriodSeconds = 1;
  pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
  if ((pod.spec.schedulingGates ?? []).length > 0) {
    pod.status.conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
        lastTransitionTime: `${context.now().toISOString().slice(0, 19)}Z`,
      },
    ];
  }
}

/** Each subresource of a pod changes only its own part; other changes are silently ignored. */
export function preparePodForUpdate(
  object: KubeObject,
  oldObject: KubeObject,
  _context: WriteContext,
  subresource?: string,
): void {
  const pod = asPod(object);
  const old = asPod(oldObject);
  switch (subresource) {
    case 'status':
      preparePodStatus(pod, old);
      return;
    case 'ephemeralcontainers': {
      const added = pod.spec.ephemeralContainers;
      replaceWith(pod, old);
      if (added === undefined) delete pod.spec.ephemeralContainers;
      else pod.spec.ephemeralContainers = added;
      break;
    }
    case 'resize': {
      const { containers = [], initContainers = [] } = pod.spec;
      replaceWith(pod, old);
      resize(pod.spec.containers, containers);
      resize(pod.spec.initContainers, initContainers);
      break;
    }
    default:
      pod.status = structuredClone(old.status);
  }
  if (!isDeepStrictEqual(pod.spec, old.spec)) {
    metaOf(pod).generation = (old.metadata.generation ?? 0) + 1;
  }
}

/** Copies the resources of the given containers by name; nothing if one does not exist. */
function resize(containers: Container[] = [], given: readonly Container[]): void {
  if (containers.some(({ name }, position) => given[position]?.name !== name)) return;
  for (const [position, container] of containers.entries()) {
    const { resources, resizePolicy } = given[position] ?? {};
    if (resources === undefined) delete container.resources;
    else container.resources = resources;
    if (resizePolicy === undefined) delete container.resizePolicy;
    else container.resizePolicy = resizePolicy;
  }
}

/** Restores the old pod, except resourceVersion and uid, which are the client's preconditions. */
function replaceWith(pod: PodObject, old: PodObject): void {
  const { resourceVersion, uid } = pod.metadata;
  pod.metadata = structuredClone(old.metadata);
  if (resourceVersion !== undefined) metaOf(pod).resourceVersion = resourceVersion;
  if (uid !== undefined) metaOf(pod).uid = uid;
  pod.spec = structuredClone(old.spec);
  pod.status = structuredClone(old.status);
}

function preparePodStatus(pod: PodObject, old: PodObject): void {
  pod.spec = structuredClone(old.spec);
  keepMeta(pod, old, 'deletionTimestamp');
  // An update of the status must not change the owners.
  keepMeta(pod, old, 'ownerReferences');
  pod.status ??= {};
  if (pod.status.qosClass === undefined && old.status.qosClass !== undefined) {
    pod.status.qosClass = old.status.qosClass;
  }
}
