/** Waiting reasons that have their own rules, or are normal. */
const KNOWN: ReadonlySet<string> = new Set([
  '',
  'ContainerCreating',
  'PodInitializing',
  'CrashLoopBackOff',
  // images
  'ErrImagePull',
  'ImagePullBackOff',
  'ImagePullError',
  'RegistryUnavailable',
  'ErrImageNeverPull',
  'InvalidImageName',
  'SignatureValidationFailed',
  'ImageInspectError',
  'ImageVolumeMountFailed',
  // creation and start
  'CreateContainerConfigError',
  'CreateContainerConfig',
  'CreateContainerError',
  'PreCreateHookError',
  'RunContainerError',
  'StartError',
  'ContainerCannotRun',
  'ContainerStartError',
  'PostStartHookError',
]);

/** Whether no rule knows this waiting reason. */
export const isUnknownReason = (reason: string): boolean => !KNOWN.has(reason);

/** Whether its name indicates a failure, by the kubelets' naming. */
export const soundsLikeFailure = (reason: string): boolean =>
  /Err(?:or)?|Fail|BackOff|Denied|Invalid|Never|Unavailable|Rejected|Cannot|Unable/.test(reason);
