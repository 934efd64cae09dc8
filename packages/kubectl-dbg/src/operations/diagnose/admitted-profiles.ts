import { ApiStatusError, type Cluster } from '../../cluster/index.ts';
import type { RightAnswer } from '../../doctor/finding.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { autoCandidates } from '../../plan/index.ts';

/** Profiles of ephemeral containers, most privileged first. */
const PROFILES = ['sysadmin', 'netadmin', 'general', 'baseline', 'restricted'] as const;

/** Profiles that only a namespace without Pod Security enforcement admits. */
const PRIVILEGED: readonly string[] = ['sysadmin', 'netadmin', 'general'];

/**
 * The profiles that the namespace's Pod Security labels admit. Only a dry run proves it: other admission plugins may
 * refuse more. Unknown if the namespace may not be read.
 */
export async function admittedProfiles(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<RightAnswer[]> {
  let labels: Record<string, string>;
  try {
    const path = apiPaths.namespace(namespace);
    const found = await cluster.request<{ metadata?: { labels?: Record<string, string> } }>({
      method: 'GET',
      path,
      signal,
    });
    labels = found.metadata?.labels ?? {};
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApiStatusError)) throw error;
    return PROFILES.map((profile) => ({
      what: `profile ${profile}`,
      allowed: 'unknown',
      missing: ['get namespaces'],
    }));
  }
  const admitted = autoCandidates('ephemeral', labels).map(({ profile }) => profile as string);
  const level = labels['pod-security.kubernetes.io/enforce'] ?? 'privileged';
  return PROFILES.map((profile) => {
    const allowed =
      admitted.includes(profile) || (PRIVILEGED.includes(profile) && admitted.includes('general'));
    return {
      what: `profile ${profile}`,
      allowed,
      missing: allowed ? [] : [`Pod Security of the namespace is ${level}`],
    };
  });
}
