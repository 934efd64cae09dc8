import { machineNode, type RuncNode } from './runc-node.ts';
import { startUserNamespace } from './user-namespace.ts';

/**
 * The machine itself for root, otherwise a user namespace.
 *
 * @param stateDir the directory of containers' files
 */
export async function openNode(env: NodeJS.ProcessEnv, stateDir?: string): Promise<RuncNode> {
  return process.getuid?.() === 0 ? machineNode(env) : startUserNamespace(env, stateDir);
}
