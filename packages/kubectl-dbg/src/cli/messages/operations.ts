import type { OperationFailures } from '../../model/failures/operations.ts';
import type { Workflow } from '../../model/plan.ts';
import { askForRight } from './ask-for-right.ts';
import type { Sayings } from './words.ts';

const NOTHING_WRITTEN = 'Nothing was written; try again';

const ADDED_TWICE: Readonly<Record<Workflow, string>> = {
  copy: 'Keep the annotations or labels that mark the pod as injected (--keep-annotations, --keep-labels or --keep-label=KEY), or create the copy in a namespace without injection (--to-namespace)',
  node: 'Create the pod in a namespace without injection (--to-namespace)',
  ephemeral: 'Ask the owner of the webhook to exempt the pod, or debug a copy of it with --copy-to',
};

export const sayings: Sayings<OperationFailures> = {
  NodeHasNoCopy: undefined,
  PodNameTaken: 'Choose another name',
  ContainerAddedByAnother: 'Choose another name with --container',
  PodReplaced: 'Try again if you mean the new one',
  EphemeralContainersDisabled: 'Debug a copy of the pod with --copy-to',
  AddedTwice: ({ workflow }) => ADDED_TWICE[workflow],
  NoProfileAdmitted: 'Ask for an exemption, or debug in another namespace with --copy-to and --to-namespace',
  ProfileNotChosen: ({ profile }) => ({
    message: `--profile=${profile} cannot be resolved for copies of many pods`,
    remedy: 'Choose a profile',
  }),
  ExecForbidden: ({ namespace }, commands) => ({
    message: `--via=exec needs a right that you lack in namespace ${namespace}`,
    remedy: `${askForRight({ verb: 'create', resource: 'pods/exec', group: '', namespace }, commands)}, or leave out --via=exec`,
  }),
  EditedPlanInvalid: NOTHING_WRITTEN,
  SessionMalformed: (_, commands) =>
    `Write POD/CONTAINER, NAMESPACE/POD/CONTAINER, or a pod with one session. List them with: ${commands.kubectl('dbg', 'ls')}`,
  SessionNotFound: ({ namespace }, commands) =>
    `List the sessions with: ${commands.kubectl('dbg', 'ls', '-n', namespace)}`,
  SessionAmbiguous: 'Name one of them as POD/CONTAINER',
  InputNotTaken: 'Attach without -i; a container accepts input only if it was created with -i',
  ContainerRunsOn: ({ address, takesInput, tty }, commands) => {
    const within = `exit its program yourself (${commands.attach(address, { stdin: true, tty })}), or `;
    return `Kubernetes has no API to stop an ephemeral container: ${takesInput ? within : ''}wait until it exits, or recreate its pod`;
  },
  PodNotMarked: (pod, commands) => `If it is not needed, remove it with: ${commands.deletePod(pod)}`,
  DeletionUnknown: (pod, commands) => `Check with: ${commands.getPod(pod)}`,
  LogBroken: (address, commands) => `Read it again with: ${commands.logs(address)}`,
  JournalUnwritable: 'Use another --output-dir',
  JournalUnreadable: undefined,
  DiagnosisTargetsExclusive: {
    message: 'targets by name cannot be combined with --selector or --all-namespaces',
    remedy: 'Either name targets or select pods',
  },
  DiagnosisTargetMalformed: 'Write NAME for a pod, or TYPE/NAME',
  TypeNotDiagnosable: ({ known }) => `Name one of ${known.join(', ')}`,
  FindingUnknown: ({ known }) => `Use the id in front of a finding: ${known.join(', ')}...`,
  EvidenceTimedOut: 'Try again, or narrow it down to one target or a selector',
  BundleUnwritable: 'Name a new file in a directory that you can write to',
};
