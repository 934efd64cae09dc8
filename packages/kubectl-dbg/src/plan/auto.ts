import type { AppliedProfile, DebugRequest, Workflow } from './types.ts';

/** Pod Security Standards, weakest restriction first. */
type Level = 'privileged' | 'baseline' | 'restricted';

/** A profile for `auto` to try, and what it costs against the stronger ones. */
export interface Candidate {
  profile: AppliedProfile;
  /** What can't be done with it, one sentence; absent for the strongest. */
  cost?: string;
}

const COSTS: Record<string, string> = {
  general: 'no network administration and no access to the node',
  baseline: "no capability to trace the target's processes",
  restricted: "not root, no capabilities: only what the target's own user may do",
};

/** Label by which a namespace says what its admission enforces. */
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/**
 * The profiles to try for `--profile=auto`, strongest useful one first, given the namespace's labels. Which one
 * the server admits is found by dry-running each in turn: labels only save the tries that can't succeed, for other
 * admission may refuse more.
 */
export function autoCandidates(
  workflow: Workflow,
  namespaceLabels: Readonly<Record<string, string>> = {},
): Candidate[] {
  const order: AppliedProfile[] =
    workflow === 'node'
      ? ['sysadmin', 'general', 'baseline', 'restricted']
      : ['general', 'baseline', 'restricted'];
  const admitted = order.filter((profile) => mayBeAdmitted(profile, levelOf(namespaceLabels)));
  return admitted.map((profile, index) => {
    const cost = COSTS[profile];
    return index === 0 && profile === order[0]
      ? { profile }
      : { profile, ...(cost === undefined ? {} : { cost }) };
  });
}

/** The same request with a profile settled. */
export function withProfile(request: DebugRequest, profile: AppliedProfile): DebugRequest {
  return { ...request, profile };
}

function levelOf(labels: Readonly<Record<string, string>>): Level {
  const level = labels[ENFORCE];
  return level === 'baseline' || level === 'restricted' ? level : 'privileged';
}

/** SYS_PTRACE, privilege and the host's namespaces are outside the baseline standard. */
function mayBeAdmitted(profile: AppliedProfile, level: Level): boolean {
  if (level === 'privileged') return true;
  if (level === 'baseline') return profile === 'baseline' || profile === 'restricted';
  return profile === 'restricted';
}
