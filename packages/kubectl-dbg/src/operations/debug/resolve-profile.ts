import { type Cluster, isAdmissionDenial } from '../../cluster/index.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { DbgError } from '../../model/failure.ts';
import type { DebugRequest, Notice, Plan } from '../../model/plan.ts';
import { autoCandidates, withProfile } from '../../plan/index.ts';
import type { ResolvedTarget } from '../../targets/resolve-targets.ts';
import { applyWrite } from './apply-write.ts';

/** The plan with the strongest profile that the server admits. */
export async function resolveProfile(
  cluster: Cluster,
  request: DebugRequest,
  target: ResolvedTarget,
  plan: (request: DebugRequest) => Plan,
  signal: AbortSignal,
): Promise<Plan> {
  const { settled, notice } = await settleProfile(cluster, request, target, plan, signal);
  const made = plan(settled);
  return { ...made, notices: [notice, ...made.notices] };
}

/** Tries the profiles, strongest first, by dry runs on the server, and returns the first admitted one. */
export async function settleProfile(
  cluster: Cluster,
  request: DebugRequest,
  { target }: ResolvedTarget,
  plan: (request: DebugRequest) => Plan,
  signal: AbortSignal,
): Promise<{ settled: DebugRequest; notice: Notice }> {
  const workflow = target.kind === 'node' ? 'node' : request.copy === undefined ? 'ephemeral' : 'copy';
  const home = target.kind === 'node' ? cluster.namespace : (target.pod.metadata?.namespace ?? '');
  const namespace = workflow === 'ephemeral' ? home : (request.toNamespace ?? home);
  const labels = await namespaceLabels(cluster, namespace, signal);
  let refusal: unknown;
  for (const { profile, cost } of autoCandidates(workflow, labels)) {
    const settled = withProfile(request, profile);
    const [first] = plan(settled).writes;
    try {
      if (first !== undefined) await applyWrite(cluster, first, signal, { dryRun: true });
    } catch (error) {
      if (!isAdmissionDenial(error)) throw error;
      refusal = error;
      continue;
    }
    const text = `Using profile ${profile}${cost === undefined ? '' : `: ${cost}`}.`;
    const notice: Notice = { level: 'info', code: 'profile-chosen', text };
    return { settled, notice };
  }
  throw new DbgError(
    'refused',
    'NoProfileAdmitted',
    `namespace ${namespace} admits no profile: ${wordsOf(refusal)}`,
    { namespace },
  );
}

/** Users who may not read the namespace try every profile. */
async function namespaceLabels(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const path = apiPaths.namespace(namespace);
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
