import type { PlanFailures } from '../../model/failures/plan.ts';
import type { Sayings } from './words.ts';

const COPY = 'Debug a copy of it with --copy-to';

/** The flags for settings of a debug container, by their names in requests. */
const FLAGS = {
  mountsFromTarget: '--mounts-from-target',
  envFromTarget: '--env-from-target',
  asTarget: '--as-target',
  capAdd: '--cap-add',
  capDrop: '--cap-drop',
  privileged: '--privileged',
  runAs: '--run-as',
} as const;

/** Valid characters of names, for the remedy of an invalid one. */
const CHARACTERS = {
  container: 'inner dashes',
  pod: 'inner dashes or dots',
  namespace: 'inner dashes',
} as const;

export const sayings: Sayings<PlanFailures> = {
  ImageNotGiven: ({ container = '', containers }) =>
    `Add --image for a new container "${container}", or name one of ${containers.join(', ')}`,
  NoDebugContainer: ({ settings }) => ({
    message: `--${settings.join(', --')} would have no effect: this copy only changes images`,
    remedy: 'Name the container to change with --container, or add one with --image',
  }),
  OriginalNotOnServer: {
    message: '--replace needs a pod on the server, and this one has no uid',
    remedy: 'Name the pod instead of its manifest',
  },
  PodIsMirror: COPY,
  PodEnded: COPY,
  PodGated:
    'Remove its scheduling gates (spec.schedulingGates): nothing starts in the pod before it is scheduled',
  PodUnschedulable:
    'Free resources in the cluster, or correct the requests and constraints of the pod: nothing starts in it before it is scheduled',
  PodTerminating: COPY,
  ContainerNameTaken: 'Choose another name with --container, or leave it out',
  NameInvalid: ({ of, longest }) => `Use up to ${longest} lower-case letters, digits and ${CHARACTERS[of]}`,
  ContainerNotFound: ({ namespace, pod, container, containers, wantedFor }) => ({
    ...(wantedFor === 'image'
      ? {
          message: `container "${container}" of --set-image is not in pod ${namespace === undefined ? '' : `${namespace}/`}${pod}`,
        }
      : {}),
    remedy: `Its containers are ${containers.join(', ')}`,
  }),
  InitContainerNotRunning: ({ containers }) =>
    `Target one of ${containers.join(', ')}, or copy the pod with --copy-to`,
  TargetNotRunning: 'Leave it out with --target=, or debug a copy with --copy-to',
  TargetNotGiven: ({ settings }) => ({
    message: `${settings.map((setting) => FLAGS[setting]).join(', ')} needs a target container`,
    remedy: 'Name one with --target',
  }),
  CustomProfileForbidden: ({ file }) =>
    `Take them out of ${file}; --container, --image and the command after -- set them`,
  CustomProfileUnreadable: 'Name a file that you can read',
  CustomProfileInvalid: 'Write the fields of one container at the top level',
  EnterOnWindows: 'Leave --enter out',
  EnterNeedsCommand: {
    message: '--enter and --arguments-only contradict each other',
    remedy: 'Write the whole command after --',
  },
  EnterNeedsTarget: {
    message: '--enter needs a target container',
    remedy: 'Name one with --target',
  },
  EnterNeedsCapability: ({ mode, capability }) => ({
    message: `--enter${mode === 'namespaces' && capability === 'SYS_ADMIN' ? '=namespaces' : ''} needs the capability ${capability}, which the debug container lacks`,
    remedy:
      capability === 'SYS_ADMIN'
        ? 'Use --profile=sysadmin, or enter only the file system with --enter'
        : 'Use --profile=general, or read its files below /proc/1/root',
  }),
  EnterNeedsRoot: ({ user }) => ({
    message: `--enter needs root for chroot, but the debug container runs as ${user ?? 'another user'}`,
    remedy: 'Use --run-as=0, or read its files below /proc/1/root',
  }),
  HostShellNeedsCommand: { message: '--host-shell and --arguments-only contradict each other' },
  HostShellNeedsHostFiles: ({ profile }) => ({
    message: `--host-shell needs the node's files, which profile ${profile} doesn't give`,
    remedy: 'Use --profile=general or sysadmin',
  }),
  RootForbidden: 'Choose another user with --run-as, or another --profile',
  EscalationForbidden: 'Use another --profile',
  ProcessSharingOnWindows: 'Leave --share-processes out',
  ProcessSharingWithHostPid: ({ namespace, pod }) => ({
    message: `pod ${namespace === undefined ? '' : `${namespace}/`}${pod} already sees all processes of its node (hostPID), which --share-processes contradicts`,
    remedy: 'Leave --share-processes out',
  }),
  LinuxOnly: ({ setting }) => ({
    message: `${FLAGS[setting]} has no meaning on Windows`,
    remedy: `Leave ${FLAGS[setting]} out; windowsOptions can be set with --custom`,
  }),
};
