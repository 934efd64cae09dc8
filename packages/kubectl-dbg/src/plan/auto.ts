import type { AppliedProfile, DebugRequest, Workflow } from '../model/plan.ts';

/** Pod Security Standards, weakest restriction first. */
type Level = 'privileged' | 'baseline' | 'restricted';

/** A profile for `auto` to try, and its disadvantage compared to the stronger ones. */
export interface Candidate {
  profile: AppliedProfile;
  /** What is impossible with it, one sentence; absent for the strongest. */
  cost?: string;
}

const COSTS: Record<string, string> = {
  general: 'no network administration and no access to the node',
  baseline: "no capability to trace the target's processes",
  restricted: "not root, no capabilities: only what the target's own user may do",
};

/** Label of a namespace with the level that its admission enforces. */
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/**
 * The profiles to try for `--profile=auto`, strongest useful one first, by the namespace's labels. Dry runs find out
 * which one the server admits: labels only save tries that can't succeed, because other admission plugins may refuse
 * more.
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

/** The same request with a resolved profile. */
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
