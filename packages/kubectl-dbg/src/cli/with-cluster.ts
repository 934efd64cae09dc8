import { sanitise } from '../base/sanitise.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../cluster/index.ts';
import type { FollowUpCommands } from '../model/follow-up-commands.ts';
import type { World } from '../model/world.ts';
import type { CommandSettings } from './commands/command.ts';
import type { GlobalOptions } from './grammar/index.ts';
import { openCluster } from './open-cluster.ts';
import { commandsFor } from './present/command-line.ts';
import { tellSilence } from './tell-silence.ts';

/** The environment of a command. */
export interface CommandContext {
  cluster: Cluster;
  /** The same client for a session, which itself reports what it waits for. */
  sessionCluster: Cluster;
  /** The commands that messages suggest to the user. */
  commands: FollowUpCommands;
  /** Aborted when the command must stop (`CommandSettings.signal`). */
  signal: AbortSignal;
  /** Shows one line on stderr; control characters are made visible. */
  readonly say: (text: string) => void;
}

/**
 * Runs a command with a client for the cluster of the global flags, and returns the exit code. The server's warnings are
 * shown; its refusals are thrown as DbgError. Call it only after the command line was validated: a connection is opened
 * at once.
 */
export async function withCluster(
  options: GlobalOptions & { quiet?: boolean | undefined },
  world: World,
  settings: CommandSettings,
  work: (context: CommandContext) => Promise<number>,
): Promise<number> {
  const { signal } = settings;
  const say = (text: string) => void world.stderr.write(`${sanitise(text)}\n`);
  const cluster = await openCluster(options, world, settings);
  try {
    await cluster.prepareRequests();
    cluster.onWarning((text) => say(`Warning: ${text}`));
    const told = options.quiet === true ? cluster : tellSilence(cluster, { stderr: world.stderr, say });
    const commands = commandsFor(options, world);
    return await work({ cluster: told, sessionCluster: cluster, signal, say, commands });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
  } finally {
    await cluster.close();
  }
}
