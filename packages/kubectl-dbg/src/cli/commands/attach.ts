import { sanitise } from '../../base/sanitise.ts';
import { exitCodeOf } from '../../model/outcome.ts';
import { attachToSession } from '../../operations/sessions/attach.ts';
import { findSession } from '../../operations/sessions/find-session.ts';
import { detachKeysOf } from '../detach-keys.ts';
import { attachFlags } from '../grammar/flags-sessions.ts';
import { usage } from '../cli-error.ts';
import { preloadEndings } from '../preload-endings.ts';
import { outcomeWords } from '../present/outcome-words.ts';
import { showEvents } from '../present/show-events.ts';
import { readSessionWord } from '../sessions/last-session.ts';
import { rememberSession } from '../sessions/remember-session.ts';
import { readTimeout } from '../duration.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg attach`: attaches to an existing session. */
export const command = defineCommand({
  flags: attachFlags,
  words: 1,
  about: [
    'Attach to a debug session again: its output is shown from the beginning and then as it comes. The exit code is that of the program.',
    'SESSION is POD/CONTAINER, NAMESPACE/POD/CONTAINER, a pod with one session, or - for the last session of this terminal.',
  ],
  usage: ['attach SESSION [flags]'],
  examples: [{ what: 'The session that you detached from with ctrl-p ctrl-q', line: 'attach -' }],
  run: async ({ options, targets: [word] }, world, settings) => {
    if (word === undefined)
      throw usage(
        '"attach" needs a session',
        'Name a session that kubectl dbg ls lists, or - for the last one',
      );
    const detachKeys = detachKeysOf(options);
    const timeout = readTimeout(options.timeout);
    return await withCluster(
      options,
      world,
      settings,
      async ({ cluster, sessionCluster, signal, commands }) => {
        const found = await findSession(cluster, await readSessionWord(word, cluster.server, world), signal);
        await rememberSession(found.session, cluster.server, world);
        preloadEndings(sessionCluster);
        const report = await attachToSession(found, {
          cluster: sessionCluster,
          io: world,
          stdin: options.stdin,
          timeout,
          detachKeys,
          patience: settings.patience,
          on: showEvents(world, { quiet: options.quiet ?? false, commands }),
          signal,
        });
        if (report.attached !== undefined) settings.afterSession?.();
        signal.throwIfAborted();
        const words = await outcomeWords(report.outcome, commands);
        if (words !== undefined) world.stderr.write(`${sanitise(`error: ${words}`)}\n`);
        return exitCodeOf(report.outcome);
      },
    );
  },
});
