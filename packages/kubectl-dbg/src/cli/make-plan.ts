import { ApiStatusError, type Cluster } from '../cluster/index.ts';
import { DbgError } from '../errors.ts';
import {
  autoCandidates,
  type DebugRequest,
  type Notice,
  type Plan,
  planCopy,
  planEphemeral,
  planNode,
  type RandomInt,
  withProfile,
} from '../plan/index.ts';
import { applyWrite } from '../session/apply.ts';
import type { Subject } from './subjects.ts';
import { readSurroundings } from './surroundings.ts';

/** Plans what is to be written for one subject; `--profile=auto` is settled by asking the server. */
export async function makePlan(
  cluster: Cluster,
  request: DebugRequest,
  subject: Subject,
  draw: RandomInt,
  signal: AbortSignal,
): Promise<Plan> {
  const plan = await planner(cluster, request, subject, draw, signal);
  const made =
    request.profile === 'auto' ? await settleProfile(cluster, request, subject, plan, signal) : plan(request);
  return { ...made, notices: [...subject.notices, ...made.notices] };
}

async function planner(
  cluster: Cluster,
  request: DebugRequest,
  { target }: Subject,
  draw: RandomInt,
  signal: AbortSignal,
): Promise<(request: DebugRequest) => Plan> {
  if (target.kind === 'node') return (settled) => planNode(settled, target.node, cluster.namespace, draw);
  if (request.copy === undefined) return (settled) => planEphemeral(settled, target.pod, draw);
  if (request.copy.node !== undefined) await checkNode(cluster, request.copy.node, signal);
  const surroundings = await readSurroundings(cluster, target.pod, request, signal);
  return (settled) => planCopy(settled, target.pod, draw, surroundings);
}

/** A pod bound to a node that isn't there would wait for ever. Whoever may not read nodes finds out later. */
async function checkNode(cluster: Cluster, name: string, signal: AbortSignal): Promise<void> {
  try {
    await cluster.request({ method: 'GET', path: `/api/v1/nodes/${encodeURIComponent(name)}`, signal });
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.code === 404) throw error;
  }
}

/** Tries the profiles, strongest first, by dry runs on the server, and takes the first that it admits. */
async function settleProfile(
  cluster: Cluster,
  request: DebugRequest,
  { target }: Subject,
  plan: (request: DebugRequest) => Plan,
  signal: AbortSignal,
): Promise<Plan> {
  const workflow = target.kind === 'node' ? 'node' : request.copy === undefined ? 'ephemeral' : 'copy';
  const home = target.kind === 'node' ? cluster.namespace : (target.pod.metadata?.namespace ?? '');
  const namespace = workflow === 'ephemeral' ? home : (request.toNamespace ?? home);
  const labels = await namespaceLabels(cluster, namespace, signal);
  let refusal: unknown;
  for (const { profile, cost } of autoCandidates(workflow, labels)) {
    const candidate = plan(withProfile(request, profile));
    const [first] = candidate.writes;
    try {
      if (first !== undefined) await applyWrite(cluster, first, signal, true);
    } catch (error) {
      if (
        !(error instanceof ApiStatusError) ||
        error.code !== 403 ||
        /cannot \w+ resource/.test(error.message)
      ) {
        throw error;
      }
      refusal = error;
      continue;
    }
    const text = `Using profile ${profile}${cost === undefined ? '' : `: ${cost}`}.`;
    const notice: Notice = { level: 'info', code: 'profile-chosen', text };
    return { ...candidate, notices: [notice, ...candidate.notices] };
  }
  throw new DbgError('refused', `namespace ${namespace} admits no profile: ${wordsOf(refusal)}`, {
    remedy: 'Ask for an exemption, or debug in another namespace with --copy-to and --to-namespace',
  });
}

/** Whoever may not read the namespace tries every profile. */
async function namespaceLabels(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const found = await cluster
    .request<{ metadata?: { labels?: Record<string, string> } }>({ method: 'GET', path, signal })
    .catch(() => {
      signal.throwIfAborted();
      return undefined;
    });
  return found?.metadata?.labels ?? {};
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'none was tried';
}
