import type { Adjustments, EnterMode, ProfileName } from '../plan.ts';
import type { NeverStarted, NotFound, Refused, Usage } from './meaning.ts';

/** A pod, as far as its manifest names it. */
interface PodFacts {
  namespace?: string;
  pod: string;
}

/** What can't be planned: the request contradicts itself, or the pod. */
export interface PlanFailures {
  /** A container is to be made, and no image is given for it. */
  ImageNotGiven: Usage<{ container?: string; containers: string[] }>;
  /** Settings for a debug container are given for a copy that has none: only its images change. */
  NoDebugContainer: Usage<{ settings: string[] }>;
  /** The original is to be replaced, and is not a pod that the server has given. */
  OriginalNotOnServer: Usage;
  /** The pod is the mirror of a static pod, which cannot have ephemeral containers. */
  PodIsMirror: Refused<PodFacts>;
  /** The pod has ended: no container starts in it any more. */
  PodEnded: NeverStarted<PodFacts & { phase: string }>;
  /** The pod waits for its scheduling gates. */
  PodGated: NeverStarted<PodFacts & { gates: string[] }>;
  /** The scheduler finds no node for the pod. */
  PodUnschedulable: NeverStarted<PodFacts & { why: string }>;
  /** The pod is being deleted. */
  PodTerminating: NeverStarted<PodFacts>;
  /** The pod has a container of that name already. */
  ContainerNameTaken: Usage<PodFacts & { container: string }>;
  /** The name is none that a container, a pod or a namespace may have. */
  NameInvalid: Usage<{ of: 'container' | 'pod' | 'namespace'; name: string; longest: number }>;
  /** The pod has no such container; `wantedFor`: to be targeted, or to get another image. */
  ContainerNotFound: NotFound<
    PodFacts & { container: string; containers: string[]; wantedFor: 'target' | 'image' }
  >;
  /** An init container can be targeted only while it runs. */
  InitContainerNotRunning: Usage<PodFacts & { container: string; containers: string[] }>;
  /** The container to be targeted does not run. */
  TargetNotRunning: NeverStarted<PodFacts & { container: string; why: string }>;
  /** Something is to be taken over from a target container, and none is targeted. */
  TargetNotGiven: Usage<{ settings: ('mountsFromTarget' | 'envFromTarget' | 'asTarget')[] }>;
  /** The custom profile sets fields that are given elsewhere. */
  CustomProfileForbidden: Usage<{ file: string }>;
  /** The file of the custom profile can't be read. */
  CustomProfileUnreadable: Usage<{ file: string; why: string }>;
  /** The custom profile is not a partial container. */
  CustomProfileInvalid: Usage<{ file: string; why: string }>;
  /** Containers of a Windows pod can't be entered. */
  EnterOnWindows: Usage<PodFacts>;
  /** A container is entered by a whole command, not by arguments for the image's own. */
  EnterNeedsCommand: Usage;
  /** A container is to be entered, and none is targeted. */
  EnterNeedsTarget: Usage;
  /** Entering the target takes a capability that the debug container lacks. */
  EnterNeedsCapability: Usage<{ mode: EnterMode; capability: 'SYS_ADMIN' | 'SYS_CHROOT' }>;
  /** Entering the target takes root, and the debug container runs as another user. */
  EnterNeedsRoot: Usage<{ user?: number }>;
  /** A shell of the host takes a whole command, not arguments for the image's own. */
  HostShellNeedsCommand: Usage;
  /** A shell of the host needs the node's files, which the profile does not give. */
  HostShellNeedsHostFiles: Usage<{ profile: ProfileName }>;
  /** The debug container would run as root, which its profile forbids. */
  RootForbidden: Usage;
  /** The debug container would gain rights, which its profile forbids. */
  EscalationForbidden: Usage<{ by: 'privileged' | 'SYS_ADMIN' }>;
  /** Containers of a Windows pod can't share their processes. */
  ProcessSharingOnWindows: Usage<PodFacts>;
  /** The pod sees all processes of its node (hostPID) and can't share its own besides. */
  ProcessSharingWithHostPid: Usage<PodFacts>;
  /** A setting has no meaning on Windows. */
  LinuxOnly: Usage<{ setting: keyof Adjustments }>;
}
