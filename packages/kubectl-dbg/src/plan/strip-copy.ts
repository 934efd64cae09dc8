import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { AppliedProfile, Keep } from '../model/plan.ts';
import { canShareProcesses } from './share-processes.ts';

/**
 * Removes from a copy, in place, what would make it serve or restart like its original: labels, annotations, probes of
 * regular containers, each unless kept; init containers on request. Processes are shared unless the pod says otherwise or
 * can't. The legacy profile removes only the labels.
 */
export function stripCopy(profile: AppliedProfile, pod: Pod, keep: Keep): void {
  const metadata = (pod.metadata ??= {});
  const labels = keptLabels(metadata.labels, keep.labels, keep.labelKeys);
  delete metadata.labels;
  if (labels !== undefined) metadata.labels = labels;
  if (profile === 'legacy') return;

  if (!keep.annotations) delete metadata.annotations;
  const { spec } = pod;
  if (spec === undefined) return;
  for (const container of spec.containers ?? []) {
    if (!keep.liveness) delete container.livenessProbe;
    if (!keep.readiness) delete container.readinessProbe;
    if (!keep.startup) delete container.startupProbe;
  }
  if (!keep.initContainers && spec.initContainers !== undefined) {
    // A restartable init container is a sidecar: the others may depend on it.
    const sidecars = spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
    if (sidecars.length > 0) spec.initContainers = sidecars;
    else delete spec.initContainers;
  }
  if (canShareProcesses(pod)) spec.shareProcessNamespace ??= true;
}

function keptLabels(
  labels: Record<string, string> | undefined,
  all: boolean,
  keys: readonly string[],
): Record<string, string> | undefined {
  if (labels === undefined || all) return labels;
  const kept = Object.entries(labels).filter(([key]) => keys.includes(key));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
