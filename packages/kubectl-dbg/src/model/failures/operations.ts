import type { Address, ProfileName, Workflow } from '../plan.ts';
import type { Deadline, Lost, NotFound, Refused, Usage } from './meaning.ts';

interface PodAddress {
  namespace: string;
  pod: string;
}

/** Failures of operations on debug containers and pods, of runs and of diagnoses. */
export interface OperationFailures {
  /** A program requests a copy of a node. */
  NodeHasNoCopy: Usage;
  /** The name of the pod to be created was taken by another pod in the meantime. */
  PodNameTaken: Refused<{ pod: string }>;
  /** A container of that name was added to the pod in the meantime. */
  ContainerAddedByAnother: Refused<{ pod: string; container: string }>;
  /** The pod was deleted, and another pod has its name. */
  PodReplaced: NotFound<PodAddress>;
  /** Ephemeral containers are disabled for the cluster. */
  EphemeralContainersDisabled: Refused;
  /** Something in the cluster adds a value that the pod already has. */
  AddedTwice: Refused<{ value: string; workflow: Workflow }>;
  /** The namespace admits no profile. */
  NoProfileAdmitted: Refused<{ namespace: string }>;
  /** This profile can't be resolved for copies of many pods. */
  ProfileNotChosen: Usage<{ profile: ProfileName }>;
  /** The right to run commands by exec is missing. */
  ExecForbidden: Refused<{ namespace: string }>;
  /** The edited plan can't be written any more. */
  EditedPlanInvalid: Usage;
  /** The argument is not of the form POD, POD/CONTAINER or NAMESPACE/POD/CONTAINER. */
  SessionMalformed: Usage<{ word: string }>;
  /** There is no such debug session. */
  SessionNotFound: NotFound<PodAddress & { container?: string }>;
  /** The pod has several debug sessions. */
  SessionAmbiguous: Usage<PodAddress & { sessions: string[] }>;
  /** The container was created without stdin, and can't get one. */
  InputNotTaken: Usage<{ address: Address }>;
  /** The process of an ephemeral container could not be terminated; `takesInput`: it may be terminated through its stdin. */
  ContainerRunsOn: Refused<{ address: Address; takesInput: boolean; tty: boolean }>;
  /** The pod has no mark of a pod that was created for debugging, so it is not deleted. */
  PodNotMarked: Refused<PodAddress>;
  /** A deletion got no response. */
  DeletionUnknown: Lost<PodAddress>;
  /** The log could not be read to its end, despite several attempts. */
  LogBroken: Lost<PodAddress & { container: string }>;
  /** The journal of a run can't be written. */
  JournalUnwritable: Usage<{ directory: string; why: string }>;
  /** The journal of a run can't be read. */
  JournalUnreadable: Usage<{ file: string; why: string }>;
  /** Targets of a diagnosis are both named and selected. */
  DiagnosisTargetsExclusive: Usage;
  /** The argument is not of the form NAME or TYPE/NAME. */
  DiagnosisTargetMalformed: Usage<{ word: string }>;
  /** Objects of this type can't be diagnosed. */
  TypeNotDiagnosable: Usage<{ type: string; known: string[] }>;
  /** No finding has this id; `known`: some existing ids. */
  FindingUnknown: Usage<{ id: string; known: string[] }>;
  /** The server did not send in time what a diagnosis requires. */
  EvidenceTimedOut: Deadline<{ server: string; what: string }>;
  /** The bundle of a diagnosis can't be written. */
  BundleUnwritable: Usage<{ file: string; why: string }>;
}
