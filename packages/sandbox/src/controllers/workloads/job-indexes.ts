import type { PodObject } from '../../resources/pods/types.ts';
import type { JobObject } from '../../resources/workloads/types.ts';
import { isActive } from './owned-pods.ts';

/** Label and annotation with the completion index of a pod. */
const INDEX = 'batch.kubernetes.io/job-completion-index';

/** The completion index of a pod; undefined if it has none. */
function indexOf(pod: PodObject): number | undefined {
  const text = pod.metadata.annotations?.[INDEX];
  return text === undefined ? undefined : Number(text);
}

/** Indexes to start, in order: not succeeded, not active, not failed. */
export function* waitingIndexes(job: JobObject, pods: readonly PodObject[]): Generator<number> {
  const taken = new Set(
    pods.filter((pod) => pod.status.phase === 'Succeeded' || isActive(pod)).map((pod) => indexOf(pod)),
  );
  for (const index of failedIndexes(job, pods)) taken.add(index);
  for (let index = 0; index < (job.spec.completions ?? 0); index += 1) if (!taken.has(index)) yield index;
}

/** Indexes that have exceeded backoffLimitPerIndex, if it is set. */
export function failedIndexes({ spec }: JobObject, pods: readonly PodObject[]): Set<number> {
  const limit = spec.backoffLimitPerIndex;
  const failures = new Map<number, number>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index !== undefined && pod.status.phase === 'Failed')
      failures.set(index, (failures.get(index) ?? 0) + 1);
  }
  return new Set(
    limit === undefined ? [] : [...failures].filter(([, count]) => count > limit).map(([index]) => index),
  );
}

/** A pod of an Indexed Job with its index in name, hostname, label, annotation and environment. */
export function withIndex<T extends PodObject>(pod: T, job: JobObject, index: number): T {
  const name = `${job.metadata.name}-${index}`;
  const { metadata, spec } = pod;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` };
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } };
  const withVariable = <C extends { env?: { name: string }[] }>(
    containers: C[] | undefined,
  ): C[] | undefined =>
    containers?.map((container) => ({
      ...container,
      env: [...(container.env ?? []).filter((entry) => entry.name !== variable.name), variable],
    }));
  const initContainers = withVariable(spec.initContainers);
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name}-`,
      labels: { ...metadata.labels, [INDEX]: String(index) },
      annotations: { ...metadata.annotations, [INDEX]: String(index) },
    },
    spec: {
      ...spec,
      hostname: spec.hostname ?? name,
      containers: withVariable(spec.containers) ?? [],
      ...(initContainers === undefined ? {} : { initContainers }),
    },
  };
}

/** The completed indexes in the form of a Job's status: `0-2,4`. */
export function completedIndexes(pods: readonly PodObject[]): string {
  const done = [
    ...new Set(pods.filter((pod) => pod.status.phase === 'Succeeded').flatMap((pod) => indexOf(pod) ?? [])),
  ].toSorted((a, b) => a - b);
  const ranges: [number, number][] = [];
  for (const index of done) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
