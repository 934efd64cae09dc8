import { HOST_MOUNT, PROFILE_EFFECTS } from '../../plan/profiles.ts';
import type { AppliedProfile, ProfileName, Workflow } from '../../model/plan.ts';
import { usage } from '../cli-error.ts';

/** The purpose of each profile, in one line. */
export const PROFILE_SUMMARIES: Record<ProfileName, string> = {
  general: "General debugging: see and trace the target's processes. The default.",
  baseline: 'Complies with the Pod Security Standard "baseline".',
  restricted: 'Complies with the Pod Security Standard "restricted"; needs an image that runs without root.',
  netadmin: 'Inspect and change the network.',
  sysadmin: 'All rights: a privileged container.',
  auto: 'The most capable profile that the namespace admits, found by server-side dry run.',
  legacy: 'The behaviour of kubectl before profiles; deprecated.',
};

const WORKFLOWS: readonly Workflow[] = ['ephemeral', 'copy', 'node'];
const TITLES: Record<Workflow, string> = {
  ephemeral: 'In a running pod',
  copy: 'In a copy (--copy-to)',
  node: 'On a node',
};

/** The effect of a profile in a workflow, one string per line. */
function describeEffect(profile: AppliedProfile, workflow: Workflow): string[] {
  const effect = PROFILE_EFFECTS[profile][workflow];
  const lines: string[] = [];
  if (effect.addCapabilities !== undefined)
    lines.push(`adds capabilities ${effect.addCapabilities.join(', ')}`);
  if (effect.privileged === true) lines.push('runs privileged');
  if (effect.securityContext === null && workflow !== 'node')
    lines.push("removes the container's security context");
  if (effect.securityContext !== null && effect.securityContext !== undefined) {
    lines.push(
      'runs as non-root, without capabilities and privilege escalation, with the default seccomp profile',
    );
  }
  if (effect.hostNamespaces === true) lines.push("uses the node's network, processes and IPC");
  if (effect.hostMount === true) lines.push(`mounts the node's files at ${HOST_MOUNT}`);
  if (workflow === 'copy') lines.push(...copyLines(profile));
  return lines.length === 0 ? ['changes nothing'] : lines;
}

function copyLines(profile: AppliedProfile): string[] {
  if (profile === 'legacy') return ['removes labels (--keep-labels)'];
  return [
    'removes labels, annotations and probes (--keep-labels, --keep-annotations, --keep-liveness, ...)',
    'shares processes between containers (--share-processes=false)',
  ];
}

/** `kubectl dbg profiles [NAME]`: all profiles in short, or one in detail. Throws DbgError (usage). */
export function renderProfiles(name?: string): string {
  const names = Object.keys(PROFILE_SUMMARIES) as ProfileName[];
  if (name === undefined) {
    const width = Math.max(...names.map(({ length }) => length)) + 3;
    const rows = names.map((profile) => `${profile.padEnd(width)}${PROFILE_SUMMARIES[profile]}`);
    return `${rows.join('\n')}\n\nDetails: kubectl dbg profiles NAME. Single settings: --cap-add, --cap-drop, --privileged, --run-as, --custom.\n`;
  }
  const profile = names.find((known) => known === name);
  if (profile === undefined) {
    throw usage(`unknown profile: ${name}`, `Use one of ${names.join(', ')}`);
  }
  const head = `${profile}: ${PROFILE_SUMMARIES[profile]}\n`;
  if (profile === 'auto') return `${head}\n${AUTO}`;
  const parts = WORKFLOWS.map((workflow) => {
    const lines = describeEffect(profile, workflow).map((line) => `  - ${line}\n`);
    return `\n${TITLES[workflow]}:\n${lines.join('')}`;
  });
  return `${head}${parts.join('')}`;
}

const AUTO = `For a running pod or a copy it tries general, baseline and restricted, in this order; for a node it tries sysadmin first.
It skips those that the Pod Security labels of the namespace rule out. It prints which one it chose, and what that one lacks.
`;
