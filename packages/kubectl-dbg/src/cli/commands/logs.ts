import { sanitise } from '../../base/sanitise.ts';
import { ExitCode } from '../../model/failure.ts';
import { exitCodeOf } from '../../model/outcome.ts';
import { findSession } from '../../operations/sessions/find-session.ts';
import { readSessionLog } from '../../operations/sessions/logs.ts';
import { logsFlags } from '../grammar/flags-sessions.ts';
import { usage } from '../cli-error.ts';
import { outcomeWords } from '../present/outcome-words.ts';
import { readSessionWord } from '../sessions/last-session.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg logs`: the output of a session. */
export const command = defineCommand({
  flags: logsFlags,
  words: 1,
  about: [
    'Print the output of a debug session. With --follow, follow it until the program ends, reconnecting if needed; the exit code is then that of the program.',
    'SESSION is POD/CONTAINER, NAMESPACE/POD/CONTAINER, a pod with one session, or - for the last session of this terminal.',
  ],
  usage: ['logs SESSION [-f] [flags]'],
  run: async ({ options, targets: [word] }, world, settings) => {
    if (word === undefined)
      throw usage(
        '"logs" needs a session',
        'Name a session that kubectl dbg ls lists, or - for the last one',
      );
    return await withCluster(options, world, settings, async ({ cluster, signal, commands, say }) => {
      const found = await findSession(cluster, await readSessionWord(word, cluster.server, world), signal);
      const { follow = false } = options;
      const warn = (text: string) => say(`Warning: ${text}`);
      const outcome = await readSessionLog(found, { cluster, stdout: world.stdout, follow, warn, signal });
      if (outcome === undefined) return ExitCode.ok;
      const words = await outcomeWords(outcome, commands);
      if (words !== undefined) world.stderr.write(`${sanitise(`error: ${words}`)}\n`);
      return exitCodeOf(outcome);
    });
  },
});
