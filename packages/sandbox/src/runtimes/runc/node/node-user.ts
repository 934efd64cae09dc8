import type { ContainerSecurity, LinuxUser } from '../../../cri/runtime.ts';
import { HOW_TO_GET_USERS } from './id-ranges.ts';
import type { NodeIds } from './runc-node.ts';

/** The user that a container runs as on this node. */
export interface NodeUser {
  user: LinuxUser;
  /** Root without capabilities, in place of the image's user. */
  unprivileged: boolean;
}

/**
 * Maps a container's user to the node's users.
 *
 * If root is the node's only user, an image's user is replaced by root without capabilities, which may do no more than
 * the user that runs the sandbox. A runAsUser of the pod is never replaced.
 *
 * @throws Error if the node does not have the pod's runAsUser or runAsGroup
 */
export function nodeUser(resolved: LinuxUser, security: ContainerSecurity, ids: NodeIds): NodeUser {
  const { runAsUser, runAsGroup } = security;
  if (runAsUser !== undefined && runAsUser >= ids.users) throw absent('runAsUser', runAsUser, ids.users);
  if (runAsGroup !== undefined && runAsGroup >= ids.groups) {
    throw absent('runAsGroup', runAsGroup, ids.groups);
  }
  const groups = resolved.supplementalGroups.filter((group) => group < ids.groups);
  if (resolved.uid < ids.users && resolved.gid < ids.groups) {
    return { user: { ...resolved, supplementalGroups: groups }, unprivileged: false };
  }
  return { user: { uid: 0, gid: 0, supplementalGroups: [] }, unprivileged: true };
}

function absent(field: string, id: number, count: number): Error {
  const there = count === 1 ? 'only 0, mapped to your own id' : `only those below ${count}`;
  return new Error(
    `${field} ${id} does not exist in this user namespace, which has ${there}: for more, ${HOW_TO_GET_USERS}`,
  );
}
