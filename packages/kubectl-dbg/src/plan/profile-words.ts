import { DbgError } from '../errors.ts';
import { HOST_MOUNT, PROFILE_EFFECTS } from './profiles.ts';
import type { AppliedProfile, ProfileName, Workflow } from './types.ts';

/** What each profile is for, one line. */
export const PROFILE_SUMMARIES: Record<ProfileName, string> = {
  general: "Usual debugging: see and trace the target's processes. The default.",
  baseline: 'Fits the Pod Security Standard "baseline".',
  restricted: 'Fits the Pod Security Standard "restricted": needs an image that runs without root.',
  netadmin: 'Look at and change the network.',
  sysadmin: 'Everything: a privileged container.',
  auto: 'The strongest useful profile that the namespace admits, found by server-side dry-run.',
  legacy: 'As kubectl did before profiles; deprecated.',
};

const WORKFLOWS: readonly Workflow[] = ['ephemeral', 'copy', 'node'];
const TITLES: Record<Workflow, string> = {
  ephemeral: 'In a running pod',
  copy: 'In a copy (--copy-to)',
  node: 'On a node',
};

/** What a profile does in a workflow, a line each. */
function describeEffect(profile: AppliedProfile, workflow: Workflow): string[] {
  const effect = PROFILE_EFFECTS[profile][workflow];
  const lines: string[] = [];
  if (effect.addCapabilities !== undefined)
    lines.push(`adds capabilities ${effect.addCapabilities.join(', ')}`);
  if (effect.privileged === true) lines.push('runs privileged');
  if (effect.securityContext === null && workflow !== 'node')
    lines.push("drops the container's security context");
  if (effect.securityContext !== null && effect.securityContext !== undefined) {
    lines.push('never as root, no capabilities, no privilege escalation, the default seccomp profile');
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

/** `kubectl dbg profiles [NAME]`: all profiles in short, or one in full. Throws DbgError (usage). */
export function renderProfiles(name?: string): string {
  const names = Object.keys(PROFILE_SUMMARIES) as ProfileName[];
  if (name === undefined) {
    const width = Math.max(...names.map(({ length }) => length)) + 3;
    const rows = names.map((profile) => `${profile.padEnd(width)}${PROFILE_SUMMARIES[profile]}`);
    return `${rows.join('\n')}\n\nOne in full: kubectl dbg profiles NAME. Single changes: --cap-add, --cap-drop, --privileged, --run-as, --custom.\n`;
  }
  const profile = names.find((known) => known === name);
  if (profile === undefined) {
    throw new DbgError('usage', `unknown profile: ${name}`, { remedy: `Use one of ${names.join(', ')}` });
  }
  const head = `${profile}: ${PROFILE_SUMMARIES[profile]}\n`;
  if (profile === 'auto') return `${head}\n${AUTO}`;
  const parts = WORKFLOWS.map((workflow) => {
    const lines = describeEffect(profile, workflow).map((line) => `  - ${line}\n`);
    return `\n${TITLES[workflow]}:\n${lines.join('')}`;
  });
  return `${head}${parts.join('')}`;
}

const AUTO = `In a running pod or a copy it tries general, baseline and restricted in this order; on a node sysadmin first.
The namespace's Pod Security labels say which can't succeed. It tells which one it took, and what can't be done with it.
`;
