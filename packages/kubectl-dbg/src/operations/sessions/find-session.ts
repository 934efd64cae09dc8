import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, explainApiError } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import type { DebugSession } from '../../model/debug-session.ts';
import { DbgError } from '../../model/failure.ts';
import type { FactsOf } from '../../model/failures/index.ts';
import { sessionsOf } from './recognise.ts';

/** A session as an argument: `POD`, `POD/CONTAINER` or `NAMESPACE/POD/CONTAINER`. */
export interface SessionWord {
  namespace?: string;
  pod: string;
  container?: string;
}

/** One session, and its pod. */
export interface FoundSession {
  session: DebugSession;
  pod: Pod;
}

/** Throws DbgError (usage) if the argument is not a session name. */
export function parseSession(word: string): SessionWord {
  const parts = word.split('/');
  const [first = '', second = '', third = ''] = parts;
  const isGood = parts.every((part) => /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(part));
  if (isGood && parts.length === 1) return { pod: first };
  if (isGood && parts.length === 2) return { pod: first, container: second };
  if (isGood && parts.length === 3) return { namespace: first, pod: second, container: third };
  throw new DbgError('usage', 'SessionMalformed', `${JSON.stringify(word)} is not a session name`, { word });
}

/** Finds a session. Throws DbgError: not found, or usage if a pod has several. */
export async function findSession(
  cluster: Pick<Cluster, 'request' | 'namespace' | 'server'>,
  { namespace = cluster.namespace, pod: name, container }: SessionWord,
  signal: AbortSignal,
): Promise<FoundSession> {
  const pod = await getPod(cluster, { namespace, pod: name }, signal);
  const sessions = sessionsOf(pod);
  if (container !== undefined) {
    const session = sessions.find((candidate) => candidate.container === container);
    if (session !== undefined) return { session, pod };
    throw missing(`container ${container} of pod ${namespace}/${name} is not a debug session`, {
      namespace,
      pod: name,
      container,
    });
  }
  const running = sessions.filter(({ state }) => state !== 'ended');
  const [only, ...others] = running.length > 0 ? running : sessions;
  if (only === undefined) {
    throw missing(`pod ${namespace}/${name} has no debug session`, { namespace, pod: name });
  }
  if (others.length === 0) return { session: only, pod };
  const all = [only, ...others];
  const shown = all.slice(0, MOST_NAMED).map((session) => `${session.pod}/${session.container}`);
  const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : '';
  throw new DbgError(
    'usage',
    'SessionAmbiguous',
    `pod ${namespace}/${name} has several sessions: ${shown.join(', ')}${more}`,
    { namespace, pod: name, sessions: all.map((session) => session.container) },
  );
}

/** A longer list of names is useless. */
const MOST_NAMED = 10;

/** The current state of a pod. Throws DbgError. */
export async function getPod(
  cluster: Pick<Cluster, 'request' | 'server'>,
  address: { namespace: string; pod: string },
  signal: AbortSignal,
): Promise<Pod> {
  try {
    return await cluster.request<Pod>({ method: 'GET', path: apiPaths.pod(address), signal });
  } catch (error) {
    throw error instanceof ApiStatusError ? explainApiError(error, { server: cluster.server }) : error;
  }
}

function missing(message: string, facts: FactsOf<'SessionNotFound'>): DbgError {
  return new DbgError('notFound', 'SessionNotFound', message, facts);
}
