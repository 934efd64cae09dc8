import type { ContainerSecurity, LinuxUser } from '../../../cri/runtime.ts';
import { HOW_TO_GET_USERS } from './id-ranges.ts';
import type { NodeIds } from './runc-node.ts';

/** Who a container runs as on this node. */
export interface NodeUser {
  user: LinuxUser;
  /** It is the node's root with none of root's rights, in place of the image's own user. */
  powerless: boolean;
}

/**
 * Fits a container's user to the users that the node has.
 *
 * On a node with one user, which is root there, an image's own user becomes root without its capabilities: a process
 * may then do what any process of the one user may. A user that the pod asks for by number is not exchanged.
 *
 * @throws Error if the pod asks for a user or group that the node does not have
 */
export function nodeUser(resolved: LinuxUser, security: ContainerSecurity, ids: NodeIds): NodeUser {
  const { runAsUser, runAsGroup } = security;
  if (runAsUser !== undefined && runAsUser >= ids.users) throw absent('runAsUser', runAsUser, ids.users);
  if (runAsGroup !== undefined && runAsGroup >= ids.groups) {
    throw absent('runAsGroup', runAsGroup, ids.groups);
  }
  const groups = resolved.supplementalGroups.filter((group) => group < ids.groups);
  if (resolved.uid < ids.users && resolved.gid < ids.groups) {
    return { user: { ...resolved, supplementalGroups: groups }, powerless: false };
  }
  return { user: { uid: 0, gid: 0, supplementalGroups: [] }, powerless: true };
}

function absent(field: string, id: number, count: number): Error {
  const there = count === 1 ? 'only 0, which is yours' : `those below ${count}`;
  return new Error(
    `${field} ${id} can't be had in this user namespace, which has of these ids ${there}: to have more, ${HOW_TO_GET_USERS}`,
  );
}
