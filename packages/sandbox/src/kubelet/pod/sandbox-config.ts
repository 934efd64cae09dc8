import type { PodSandboxConfig } from '../../cri/runtime.ts';
import { resolvConf } from './resolv-conf.ts';
import type { PodObject } from '../types.ts';

/** The maximum length on Linux. */
const MAX_HOSTNAME = 63;

/** The configuration of a pod's sandbox. */
export function sandboxConfig(pod: PodObject, nodeName: string): PodSandboxConfig {
  const { metadata, spec } = pod;
  const { hostNetwork = false, hostPID = false, hostIPC = false } = spec;
  const own = (spec.hostname ?? metadata.name ?? '').slice(0, MAX_HOSTNAME).replace(/[-.]+$/, '');
  return {
    uid: metadata.uid ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    hostname: hostNetwork ? nodeName : own,
    host: { network: hostNetwork, pid: hostPID, ipc: hostIPC },
    shareProcessNamespace: spec.shareProcessNamespace ?? false,
    sysctls: Object.fromEntries(
      (spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value]),
    ),
    resolvConf: resolvConf(pod),
    annotations: metadata.annotations ?? {},
  };
}
