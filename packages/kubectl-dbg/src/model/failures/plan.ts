import type { Adjustments, EnterMode, ProfileName } from '../plan.ts';
import type { NeverStarted, NotFound, Refused, Usage } from './meaning.ts';

/** A pod, as far as its manifest names it. */
interface PodFacts {
  namespace?: string;
  pod: string;
}

/** What can't be planned: the request contradicts itself, or the pod. */
export interface PlanFailures {
  /** A container is to be created, but no image is specified. */
  ImageNotGiven: Usage<{ container?: string; containers: string[] }>;
  /** There are settings for a debug container, but the copy has none: only its images change. */
  NoDebugContainer: Usage<{ settings: string[] }>;
  /** The original is to be replaced, but was not read from the server. */
  OriginalNotOnServer: Usage;
  /** The pod is the mirror of a static pod, which cannot have ephemeral containers. */
  PodIsMirror: Refused<PodFacts>;
  /** The pod has terminated: no container can start in it. */
  PodEnded: NeverStarted<PodFacts & { phase: string }>;
  /** The pod has scheduling gates. */
  PodGated: NeverStarted<PodFacts & { gates: string[] }>;
  /** The scheduler finds no node for the pod. */
  PodUnschedulable: NeverStarted<PodFacts & { why: string }>;
  /** The pod is being deleted. */
  PodTerminating: NeverStarted<PodFacts>;
  /** The pod already has a container of that name. */
  ContainerNameTaken: Usage<PodFacts & { container: string }>;
  /** The name is invalid for a container, a pod or a namespace. */
  NameInvalid: Usage<{ of: 'container' | 'pod' | 'namespace'; name: string; longest: number }>;
  /** The pod has no such container; `wantedFor`: to be targeted, or to get another image. */
  ContainerNotFound: NotFound<
    PodFacts & { container: string; containers: string[]; wantedFor: 'target' | 'image' }
  >;
  /** An init container can be targeted only while it runs. */
  InitContainerNotRunning: Usage<PodFacts & { container: string; containers: string[] }>;
  /** The target container is not running. */
  TargetNotRunning: NeverStarted<PodFacts & { container: string; why: string }>;
  /** Settings are to be copied from a target container, but none is targeted. */
  TargetNotGiven: Usage<{ settings: ('mountsFromTarget' | 'envFromTarget' | 'asTarget')[] }>;
  /** The custom profile sets fields that it must not set. */
  CustomProfileForbidden: Usage<{ file: string }>;
  /** The file of the custom profile can't be read. */
  CustomProfileUnreadable: Usage<{ file: string; why: string }>;
  /** The custom profile is not a partial container. */
  CustomProfileInvalid: Usage<{ file: string; why: string }>;
  /** Containers of a Windows pod can't be entered. */
  EnterOnWindows: Usage<PodFacts>;
  /** Entering a container requires a complete command, not arguments for the image's entrypoint. */
  EnterNeedsCommand: Usage;
  /** A container is to be entered, but none is targeted. */
  EnterNeedsTarget: Usage;
  /** Entering the target requires a capability that the debug container lacks. */
  EnterNeedsCapability: Usage<{ mode: EnterMode; capability: 'SYS_ADMIN' | 'SYS_CHROOT' }>;
  /** Entering the target requires root, but the debug container runs as another user. */
  EnterNeedsRoot: Usage<{ user?: number }>;
  /** A shell of the host requires a complete command, not arguments for the image's entrypoint. */
  HostShellNeedsCommand: Usage;
  /** A shell of the host requires the node's file system, which the profile does not mount. */
  HostShellNeedsHostFiles: Usage<{ profile: ProfileName }>;
  /** The debug container would run as root, which its profile forbids. */
  RootForbidden: Usage;
  /** The debug container would gain privileges, which its profile forbids. */
  EscalationForbidden: Usage<{ by: 'privileged' | 'SYS_ADMIN' }>;
  /** Containers of a Windows pod can't share a PID namespace. */
  ProcessSharingOnWindows: Usage<PodFacts>;
  /** The pod uses the node's PID namespace (hostPID), so its containers can't share another one. */
  ProcessSharingWithHostPid: Usage<PodFacts>;
  /** A setting does not exist on Windows. */
  LinuxOnly: Usage<{ setting: keyof Adjustments }>;
}
