import type * as core from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';

/*
 * Types of decoded pods: those of kubernetes-types, with the fields of newer servers. Fields that decoding always writes
 * are not optional.
 */

export type SecurityContext = core.SecurityContext;
export type Probe = core.Probe;

interface FileKeySelector {
  volumeName: string;
  path: string;
  key: string;
  optional?: boolean;
}

export interface EnvVar extends core.EnvVar {
  valueFrom?: core.EnvVarSource & { fileKeyRef?: FileKeySelector };
}

interface RestartRule {
  action?: string;
  exitCodes?: { operator?: string; values?: number[] };
}

export interface Container extends Omit<core.Container, 'env' | 'lifecycle'> {
  env?: EnvVar[];
  restartPolicyRules?: RestartRule[];
  lifecycle?: core.Lifecycle & { stopSignal?: string };
}

export interface EphemeralContainer extends Container {
  targetContainerName?: string;
}

interface PodSecurityContext extends core.PodSecurityContext {
  supplementalGroupsPolicy?: string;
  seLinuxChangePolicy?: string;
}

export interface VolumeProjection extends core.VolumeProjection {
  podCertificate?: { signerName?: string; keyType?: string };
}

export interface Volume extends Omit<core.Volume, 'projected'> {
  projected?: Omit<core.ProjectedVolumeSource, 'sources'> & { sources?: VolumeProjection[] };
  image?: { reference?: string; pullPolicy?: string };
}

export interface PodSpec extends Omit<
  core.PodSpec,
  'containers' | 'initContainers' | 'ephemeralContainers' | 'volumes' | 'securityContext'
> {
  containers?: Container[];
  initContainers?: Container[];
  ephemeralContainers?: EphemeralContainer[];
  volumes?: Volume[];
  securityContext?: PodSecurityContext;
  resources?: core.ResourceRequirements;
  hostnameOverride?: string;
}

export interface PodObject extends KubeObject {
  spec: PodSpec;
  status: core.PodStatus;
}

/** A stored or decoded object as a pod. */
export function asPod(object: KubeObject): PodObject {
  return object as PodObject;
}
