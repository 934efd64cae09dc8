import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import { podFacts, podName } from './target.ts';
import { isWindowsPod } from './windows.ts';

/** Whether the API accepts `shareProcessNamespace: true` for this pod. */
export function canShareProcesses(pod: Pod): boolean {
  return pod.spec?.hostPID !== true && !isWindowsPod(pod);
}

/** Throws DbgError (usage) for requested sharing that the API would refuse. */
export function refuseSharing(pod: Pod, written: boolean | undefined): void {
  if (written === undefined || canShareProcesses(pod)) return;
  if (isWindowsPod(pod)) {
    throw new DbgError(
      'usage',
      'ProcessSharingOnWindows',
      `pod ${podName(pod)} runs on Windows, where containers cannot share their processes`,
      podFacts(pod),
    );
  }
  if (!written) return;
  throw new DbgError(
    'usage',
    'ProcessSharingWithHostPid',
    `pod ${podName(pod)} sees all processes of its node already (hostPID) and cannot share its own`,
    podFacts(pod),
  );
}
