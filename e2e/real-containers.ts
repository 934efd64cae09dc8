import { missingForOtherUsers, missingForRealContainers } from 'kube-sandbox';
import { REAL_CONTEXT } from './world.ts';

/** Why tests with real containers cannot run here, as text; undefined if they can. */
export function missingForContainers(): string | undefined {
  return REAL_CONTEXT === undefined ? missingForRealContainers() : undefined;
}

/** Why containers can't run as any user id here, as text; undefined if they can. */
export function missingForUsers(): string | undefined {
  return REAL_CONTEXT === undefined ? missingForOtherUsers() : undefined;
}

/** Why tests that need the sandbox's own images cannot run here. */
export function missingForOwnImages(): string | undefined {
  return REAL_CONTEXT === undefined
    ? missingForRealContainers()
    : "it plays in images of the sandbox's own, which the cluster of KUBECTL_DBG_E2E_CONTEXT does not have";
}
