import { toJson } from '../../base/to-json.ts';
import type { DebugSession, SessionList } from '../../model/debug-session.ts';
import { ExitCode } from '../../model/failure.ts';
import type { World } from '../../model/world.ts';
import { listSessionPods, type SessionSelection } from '../../operations/sessions/list.ts';
import { parseTarget } from '../../targets/index.ts';
import { lsFlags } from '../grammar/flags-sessions.ts';
import { usage } from '../cli-error.ts';
import { sessionName, sessionTable } from '../sessions/session-table.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

const FORMATS = ['table', 'wide', 'json', 'name'] as const;
type Format = (typeof FORMATS)[number];

/** `kubectl dbg ls`: lists debug sessions of all tools. */
export const command = defineCommand({
  flags: lsFlags,
  words: 1,
  about: [
    'List debug sessions: ephemeral containers, copies of pods and node pods, created by kubectl-dbg, kubectl, oc or by hand.',
    'TARGET is a pod, a workload or a node; without it, all sessions of the namespace are listed. -o json prints a SessionList.',
  ],
  usage: ['ls [TARGET] [flags]'],
  examples: [
    { what: 'Everything that is being debugged', line: 'ls -A' },
    { what: 'The sessions in the pods of a workload', line: 'ls deploy/web' },
  ],
  run: async ({ options, targets: [word] }, world, settings) => {
    const format = formatOf(options.output);
    const target = word === undefined ? undefined : parseTarget(word);
    if (options.allNamespaces === true && target !== undefined && target.kind !== 'Node') {
      throw usage('--all-namespaces and a target exclude each other', 'Name its namespace with -n');
    }
    return await withCluster(options, world, settings, async (context) => {
      const { cluster, signal, say } = context;
      const namespace = options.allNamespaces === true ? undefined : cluster.namespace;
      const selection: SessionSelection = { namespace, labelSelector: options.selector, target };
      const show = { format, namespaces: namespace === undefined };
      if (options.watch === true) {
        const { watchSessions } = await import('../sessions/watch-sessions.ts');
        await watchSessions(cluster, selection, show, world, say, signal);
        return ExitCode.ok;
      }
      const pods = await listSessionPods(cluster, selection, signal);
      const sessions = pods.flatMap((found) => found.sessions).toSorted(byAddress);
      if (sessions.length === 0 && format !== 'json' && format !== 'name') {
        say(`No debug sessions in ${namespace === undefined ? 'any namespace' : `namespace ${namespace}`}.`);
        return ExitCode.ok;
      }
      world.stdout.write(render(sessions, show, world));
      return ExitCode.ok;
    });
  },
});

function render(
  sessions: readonly DebugSession[],
  { format, namespaces }: { format: Format; namespaces: boolean },
  world: World,
): string {
  switch (format) {
    case 'json':
      return toJson(
        { apiVersion: 'kubectl-dbg/v1', kind: 'SessionList', items: [...sessions] } satisfies SessionList,
        2,
      );
    case 'name':
      return sessions.map((session) => `${sessionName(session)}\n`).join('');
    case 'table':
    case 'wide': {
      const lines = sessionTable(sessions, { wide: format === 'wide', namespaces, now: world.now() });
      return `${lines.join('\n')}\n`;
    }
  }
}

function byAddress(one: DebugSession, other: DebugSession): number {
  return one.session < other.session ? -1 : one.session > other.session ? 1 : 0;
}

function formatOf(text = 'table'): Format {
  const format = FORMATS.find((candidate) => candidate === text);
  if (format === undefined)
    throw usage(`invalid --output ${JSON.stringify(text)}`, `Use ${FORMATS.join(', ')}`);
  return format;
}
