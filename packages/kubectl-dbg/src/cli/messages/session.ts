import type { SessionFailures } from '../../model/failures/session.ts';
import type { Workflow } from '../../model/plan.ts';
import type { Sayings } from './words.ts';

const COPY = 'Debug a copy of it with --copy-to';

/** Advice by workflow: a node has no pod to copy. */
const IN_ITS_PLACE: Record<Workflow, Record<'a-copy' | 'less' | 'another-node', string | undefined>> = {
  ephemeral: { 'a-copy': COPY, less: COPY, 'another-node': COPY },
  copy: {
    'a-copy': undefined,
    less: 'Reduce --requests, or let the scheduler choose the node (without --same-node and --node)',
    'another-node':
      'Let the scheduler choose the node (without --same-node and --node), or name another with --node',
  },
  node: {
    'a-copy': undefined,
    less: 'Reduce --requests, or debug another node',
    'another-node': 'Check the conditions and events of the node',
  },
};

export const sayings: Sayings<SessionFailures> = {
  SchedulingGated: 'Remove its scheduling gates (spec.schedulingGates)',
  Unschedulable:
    'Free resources in the cluster, or correct the requests and constraints of the pod (for a copy: --requests, --same-node, --node)',
  ImageNameInvalid: 'Correct --image',
  ImageNotFound: 'Correct --image',
  ImageNotOnNode: 'Use --image-pull-policy=IfNotPresent, or an image that is on the node',
  ImagePlatformMismatch: 'Use an image for the architecture of the node',
  ImageUnreadable: 'Use another image, or remove its copy from the node so that it is pulled again',
  ImageSignatureRejected: 'Use an image that the signature policy of the node accepts',
  ImagePullForbidden: 'Use an image that the node may pull, or debug a pod with imagePullSecrets for it',
  ImagePullFailed: 'Use an image that is on the node, or that the node can pull',
  RegistryHostNotFound: 'Correct the registry in --image, or use a registry that the node can reach',
  RegistryRateLimited: 'Wait, use a mirror, or use an image that is already on the node',
  RegistryNotTrusted: "Use a registry whose certificate the node's container runtime trusts",
  NodeDiskFull: 'Use a smaller image, or one that is already on the node',
  ImageRunsAsRoot: 'Use --run-as=UID, or an image with a numeric user',
  ConfigurationMissing: ({ key }) =>
    `${key === undefined ? 'Create it' : 'Add the key'}, or leave that environment variable out`,
  ContainerNotCreated: ({ step }) =>
    step === 'prepare'
      ? 'Check the events of the pod, and the devices and CPUs of the node'
      : 'Check the events of the pod',
  TargetGone: 'Try again while it runs, debug a copy with --copy-to, or use --target= to join no container',
  ProgramNotRun: ({ missing }) =>
    missing
      ? 'Use a command that is in the image, or an image that has the command'
      : 'Correct the command after --',
  ContainerNotStarted: 'Check the command, and the profile and security context that it runs with',
  PostStartHookFailed: 'Correct the hook, or leave it out with --custom',
  CrashLoop: 'Run a command that does not exit (after --), or use --restart=Never to see its output',
  CopyCrashed: 'Check its log; the original still runs',
  PodDeleted: undefined,
  PodUnusable: ({ workflow, helps }) => IN_ITS_PLACE[workflow][helps],
  NodeNotFound: 'Check its name',
  NodeUnreachable: 'Try again once its kubelet runs',
  NodeNotReady: 'Try again once it is ready',
  StartTimedOut: 'Wait longer with --timeout, or check the events of the pod',
  CopyNotStable: 'Check the events and the log of the copy, or wait longer with --timeout',
  StreamRefused: 'Log in to that proxy or gateway, or ask its administrator',
  StreamFailed: ({ status }) => {
    if (status === undefined) return 'Try again';
    return status >= 500 || status === 429
      ? 'Check the kubelet of the node, and the proxies between you and the API server; try again later'
      : 'Check the proxies between you and the API server: they have to pass upgrades to WebSocket or SPDY';
  },
  SessionLost: undefined,
  ExecLost: 'Check what it has done before you run it again',
  EndUnknown: 'Check what it has done before you run it again',
  InputUnreadable: 'Redirect a readable file, a pipe or /dev/null to stdin',
  InputCut: ({ ended }) => (ended ? 'Run it again: it has processed only part of the input' : undefined),
  OutputIncomplete: ({ address }, commands) => `Read what is left of it with: ${commands.logs(address)}`,
  OutputUnwritable: 'Write the output to a place that you can write to, with enough space',
  SessionAborted: undefined,
  LogGone: undefined,
};
