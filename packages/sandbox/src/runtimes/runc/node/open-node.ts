import { machineNode, type RuncNode } from './runc-node.ts';
import { startUserNamespace } from './user-namespace.ts';

/**
 * The node that the user of this process can have.
 *
 * @param stateDir where containers' files will be
 */
export async function openNode(env: NodeJS.ProcessEnv, stateDir?: string): Promise<RuncNode> {
  return process.getuid?.() === 0 ? machineNode(env) : startUserNamespace(env, stateDir);
}
