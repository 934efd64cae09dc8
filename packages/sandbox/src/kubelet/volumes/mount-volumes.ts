import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventDetails } from '../node/event-recorder.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { podDirectory } from '../paths.ts';
import type { PodState } from '../pod/pod-state.ts';
import type { PodObject } from '../types.ts';
import { VolumeError } from './volume-error.ts';
import { setUpVolume } from './volumes.ts';

/** The maximum pause between two attempts, in ms. */
const MAX_RETRY_MS = 122_000;

/** Sets up all volumes of a pod, and retries until it succeeds. Undefined if the pod is deleted meanwhile. */
export async function mountVolumes(
  context: KubeletContext,
  pod: PodObject,
  state: PodState,
  signal: AbortSignal,
  record: (details: EventDetails) => void,
): Promise<ReadonlyMap<string, string> | undefined> {
  const paths = new Map<string, string>();
  let pauseMs = context.timing.mountRetryMs;
  for (;;) {
    if (signal.aborted) return undefined;
    const failures: string[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      if (paths.has(volume.name)) continue;
      try {
        const path = setUpVolume(volume, {
          store: context.store,
          pod,
          podIP: state.podIP,
          hostIP: context.hostIP,
          tokens: context.tokens,
          directory: join(podDirectory(context.stateDir, pod), 'volumes'),
          inMemory: context.runtime.volumes,
          now: context.now,
          files: context.runtime.files,
        });
        paths.set(volume.name, path);
      } catch (error) {
        if (!(error instanceof VolumeError)) throw error;
        failures.push(`MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`);
      }
    }
    if (failures.length === 0) return paths;
    for (const message of failures) record({ type: 'Warning', reason: 'FailedMount', message });
    await delay(pauseMs, undefined, { signal }).catch(() => {});
    pauseMs = Math.min(MAX_RETRY_MS, pauseMs * 2);
  }
}
