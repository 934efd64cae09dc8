import { sanitise } from '../../base/sanitise.ts';
import { readDuration } from '../duration.ts';
import { ExitCode } from '../../model/failure.ts';
import type { World } from '../../model/world.ts';
import { carriersOf } from '../../operations/sessions/carriers.ts';
import { type CleanEntry, executeClean, planClean } from '../../operations/sessions/clean.ts';
import { listSessionPods, type SessionSelection } from '../../operations/sessions/list.ts';
import { cleanFlags } from '../grammar/flags-sessions.ts';
import { usage } from '../cli-error.ts';
import { describeFailure } from '../present/failure.ts';
import { alignRows } from '../align-rows.ts';
import { timeUntil } from '../sessions/session-table.ts';
import { type CommandContext, withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** `kubectl dbg clean`: deletes left-over debug pods. */
export const command = defineCommand({
  flags: cleanFlags,
  words: 0,
  about: [
    'Delete copies and node pods that debugging left behind, once they have expired or terminated; with --older-than, those that are older. They are listed first. On a terminal you are asked to confirm; elsewhere --yes is required.',
    'Only pods with the annotation of kubectl-dbg are deleted; with --foreign also those that kubectl and oc have marked. Terminated ephemeral containers stay until their pods are recreated: see --carriers.',
  ],
  usage: ['clean [flags]'],
  examples: [
    { what: 'What would be deleted, in all namespaces', line: 'clean -A --dry-run' },
    { what: 'Everything older than an hour', line: 'clean --older-than 1h --yes' },
  ],
  run: async ({ options }, world, settings) => {
    const olderThan = olderThanOf(options.olderThan);
    const { finished, foreign } = options;
    const criteria = { olderThan, finished, foreign };
    const isAsked = world.stdin.isTTY === true && world.stderr.isTTY === true;
    return await withCluster(options, world, settings, async (context) => {
      const { cluster, signal, say } = context;
      const namespace = options.allNamespaces === true ? undefined : cluster.namespace;
      const selection = { namespace, labelSelector: options.selector };
      if (options.carriers === true) return await listCarriers(selection, context, world);
      const time = { now: world.now(), signal };
      const plan = await planClean(cluster, selection, criteria, time);
      world.stdout.write(listed(plan.remove, plan.keep, world.now()));
      if (plan.remove.length === 0 || options.dryRun === true) return ExitCode.ok;
      if (options.yes !== true && !isAsked) {
        throw usage(
          'nothing was deleted: there is no terminal to ask for confirmation',
          'Add --yes, or --dry-run to only list them',
        );
      }
      if (options.yes !== true) {
        const { askYes } = await import('../ask-yes.ts');
        const many = plan.remove.length;
        const question = `Remove ${many === 1 ? 'this pod' : `these ${many} pods`}?`;
        if (!(await askYes(question, world, signal))) return ExitCode.ok;
      }
      const { removed, kept, failed, unknown = [] } = await executeClean(cluster, plan, criteria, time);
      for (const { session, error } of failed)
        say(`pod ${session.namespace}/${session.pod}: ${await describeFailure(error, context.commands)}`);
      const changed = kept.length - plan.keep.length;
      say(
        [
          `${removed.length} of ${plan.remove.length} pods removed`,
          ...(changed > 0 ? [`${changed} have changed and stay`] : []),
          ...(unknown.length > 0
            ? [
                `nobody knows whether ${unknown.map(({ session: { namespace: where, pod } }) => `${where}/${pod}`).join(', ')} was`,
              ]
            : []),
          ...(failed.length > 0 ? [`${failed.length} could not be removed`] : []),
        ].join('; '),
      );
      signal.throwIfAborted();
      return failed[0]?.error.exitCode ?? ExitCode.ok;
    });
  },
});

function olderThanOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : readDuration('older-than', text, '90m or 1h');
}

/** The pods to delete, and the debug pods to keep. */
function listed(remove: readonly CleanEntry[], keep: readonly CleanEntry[], now: number): string {
  const rows = (entries: readonly CleanEntry[], action: string) =>
    entries.map(({ session, why, foreign }) => [
      action,
      session.namespace,
      session.pod,
      session.workflow,
      session.tool,
      timeUntil(now, session.created, -1) ?? '-',
      session.who ?? '-',
      foreign === true ? `${why}: needs --foreign` : why,
    ]);
  const all = [...rows(remove, 'remove'), ...rows(keep, 'keep')].map((row) =>
    row.map((cell) => sanitise(cell)),
  );
  if (all.length === 0) return 'Nothing to remove.\n';
  const head = ['ACTION', 'NAMESPACE', 'POD', 'WORKFLOW', 'TOOL', 'AGE', 'WHO', 'WHY'];
  return `${alignRows([head, ...all]).join('\n')}\n`;
}

async function listCarriers(
  selection: SessionSelection,
  { cluster, signal, commands, say }: CommandContext,
  world: Pick<World, 'stdout'>,
): Promise<number> {
  const carriers = carriersOf(await listSessionPods(cluster, selection, signal));
  if (carriers.length === 0) {
    say('No pod carries ended debug containers.');
    return ExitCode.ok;
  }
  const rows = carriers.map(({ namespace, pod, workload = '-', ended, running, recreated }) => [
    namespace,
    pod,
    workload,
    String(ended),
    String(running),
    recreated ? commands.deletePod({ namespace, pod }) : 'nothing recreates it: no workload owns it',
  ]);
  const head = ['NAMESPACE', 'POD', 'WORKLOAD', 'ENDED', 'RUNNING', 'RECREATE WITH'];
  const lines = alignRows([head, ...rows.map((row) => row.map((cell) => sanitise(cell)))]);
  world.stdout.write(`${lines.join('\n')}\n`);
  return ExitCode.ok;
}
