import type { Cluster } from '../../cluster/index.ts';
import { toJson } from '../../base/to-json.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import type { World } from '../../model/world.ts';
import { followPods } from '../../operations/each/pod-feed.ts';
import { type SessionSelection, sessionQuery } from '../../operations/sessions/list.ts';
import { sessionsOf } from '../../operations/sessions/recognise.ts';
import { Outage } from '../../session/outage.ts';
import { sessionName, sessionTable } from './session-table.ts';

/**
 * Prints the sessions of a selection, and each one again when it changes, until the signal is aborted; it outlives a
 * server that is away for a while.
 */
export async function watchSessions(
  cluster: Cluster,
  selection: SessionSelection,
  { format, namespaces }: { format: 'table' | 'wide' | 'json' | 'name'; namespaces: boolean },
  world: Pick<World, 'stdout' | 'now'>,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { path, query, matches } = await sessionQuery(cluster, selection, signal);
  const shown = new Map<string, string>();
  let isHeaded = false;
  const print = (session: DebugSession, gone: boolean) => {
    if (format === 'json') world.stdout.write(toJson(gone ? { ...session, deleted: true } : session, 0));
    else if (format === 'name') world.stdout.write(`${sessionName(session)}\n`);
    else {
      const row = gone ? { ...session, reason: 'Deleted', state: 'ended' as const } : session;
      const lines = sessionTable([row], { wide: format === 'wide', namespaces, now: world.now() });
      world.stdout.write(`${lines.slice(isHeaded ? 1 : 0).join('\n')}\n`);
      isHeaded = true;
    }
  };
  const outage = new Outage(
    (text) => say(`Warning: ${text}`),
    () => world.now(),
  );
  const { listed, ended } = followPods({
    cluster,
    path,
    query,
    signal,
    endless: true,
    onTrouble: outage.onTrouble,
    onPod: (type, pod) => {
      const prefix = `${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}/`;
      if (type === 'DELETED') {
        for (const [name, text] of shown) {
          if (!name.startsWith(prefix)) continue;
          shown.delete(name);
          print(JSON.parse(text) as DebugSession, true);
        }
        return;
      }
      for (const session of matches(pod) ? sessionsOf(pod) : []) {
        const text = JSON.stringify(session);
        if (shown.get(session.session) === text) continue;
        shown.set(session.session, text);
        print(session, false);
      }
    },
  });
  try {
    await Promise.all([listed, ended]);
  } finally {
    outage.stop();
  }
}
