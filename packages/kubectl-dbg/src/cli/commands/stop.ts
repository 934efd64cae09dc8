import { sanitise } from '../../base/sanitise.ts';
import { ApiStatusError, explainApiError } from '../../cluster/index.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { DbgError, ExitCode } from '../../model/failure.ts';
import { findSession } from '../../operations/sessions/find-session.ts';
import { stopFound, type StopResult } from '../../operations/sessions/stop.ts';
import { stopFlags } from '../grammar/flags-sessions.ts';
import { usage } from '../cli-error.ts';
import { describeFailure } from '../present/failure.ts';
import { readSessionWord } from '../sessions/last-session.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg stop`: stops sessions. */
export const command = defineCommand({
  flags: stopFlags,
  about: [
    'Stop debug sessions: the process of an ephemeral container is killed by a command run in it or ended by closing its input; a copy or a node pod is deleted.',
    'SESSION is POD/CONTAINER, NAMESPACE/POD/CONTAINER, a pod with one session, or - for the last session of this terminal.',
  ],
  usage: ['stop SESSION... [flags]'],
  run: async ({ options, targets }, world, settings) => {
    if (targets.length === 0)
      throw usage(
        '"stop" needs a session',
        'Name a session that kubectl dbg ls lists, or - for the last one',
      );
    return await withCluster(options, world, settings, async ({ cluster, signal, commands, say }) => {
      let code: number = ExitCode.ok;
      // A failure for one session does not prevent the others from being stopped.
      for (const word of targets) {
        let under: DebugSession | undefined;
        try {
          const found = await findSession(
            cluster,
            await readSessionWord(word, cluster.server, world),
            signal,
          );
          under = found.session;
          const result = await stopFound(found, cluster, { signal });
          world.stdout.write(`${sanitise(`${found.session.session} ${WORDS[result]}`)}\n`);
        } catch (error) {
          if (signal.aborted && under !== undefined) {
            say(
              `Warning: nobody knows whether ${under.session} was stopped. Check with: ${commands.getPod(under)}`,
            );
          }
          signal.throwIfAborted();
          const failure =
            error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
          if (!(failure instanceof DbgError)) throw failure;
          if (targets.length === 1) throw failure;
          world.stderr.write(`${sanitise(await describeFailure(failure, commands))}\n`);
          if (code === ExitCode.ok) code = failure.exitCode;
        }
      }
      return code;
    });
  },
});

const WORDS: Readonly<Record<StopResult, string>> = {
  ended: 'had ended',
  deleted: 'deleted',
  sleeper: 'stopped',
  exec: 'stopped',
  input: 'stopped',
};
