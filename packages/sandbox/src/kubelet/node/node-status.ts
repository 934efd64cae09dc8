import { readFileSync, statfsSync } from 'node:fs';
import os from 'node:os';
import type { Node } from 'kubernetes-types/core/v1.d.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';

const KIB = 1024;
/** The kubelet's default eviction threshold for memory, which is not allocatable; for the disk it is a tenth. */
const EVICTION_MEMORY_KIB = 100 * KIB;
const DISK_SHARE = 0.9;
/** `maxPods`. */
const MAX_PODS = '110';
/** The kubelet's port. */
export const KUBELET_PORT = 10_250;
const VERSION = 'v1.36.2';

export interface NodeOptions {
  name: string;
  hostIP: string;
  runtimeVersion: string;
  /** Maximum number of pods. */
  maxPods?: number;
}

/** Registers the node, or updates the one of an earlier run. */
export function registerNode(store: Store, options: NodeOptions, now: Date): void {
  const node = nodeObject(options, now);
  const known = store.update<KubeObject & Node>('nodes', undefined, options.name, (draft) => {
    Object.assign(draft, { status: node['status'] });
  });
  if (known === undefined) store.create('nodes', node as KubeObject & Node);
}

/** Updates the heartbeat times of the node's conditions. */
export function heartbeat(store: Store, name: string, now: Date): void {
  store.update<KubeObject & Node>('nodes', undefined, name, (draft) => {
    for (const condition of draft.status?.conditions ?? []) {
      condition.lastHeartbeatTime = timestamp(now);
    }
  });
}

const CONDITIONS: readonly [type: string, status: string, reason: string, message: string][] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

function nodeObject(options: NodeOptions, now: Date): KubeObject {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const disk = statfsSync('/');
  const diskKib = Math.floor((disk.blocks * disk.bsize) / KIB);
  const memoryKib = Math.floor(os.totalmem() / KIB);
  const common = {
    cpu: String(os.availableParallelism()),
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    pods: options.maxPods === undefined ? MAX_PODS : String(options.maxPods),
  };
  const at = timestamp(now);
  const labels = {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': options.name,
    'kubernetes.io/os': 'linux',
  };
  const annotations = {
    'node.alpha.kubernetes.io/ttl': '0',
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  };
  const features = { recursiveReadOnlyMounts: true, userNamespaces: true };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: options.name, labels, annotations },
    spec: {},
    status: {
      capacity: { ...common, 'ephemeral-storage': `${diskKib}Ki`, memory: `${memoryKib}Ki` },
      allocatable: {
        ...common,
        'ephemeral-storage': String(Math.floor(diskKib * KIB * DISK_SHARE)),
        memory: `${memoryKib - EVICTION_MEMORY_KIB}Ki`,
      },
      conditions: CONDITIONS.map(([type, status, reason, message]) => ({
        type,
        status,
        lastHeartbeatTime: at,
        lastTransitionTime: at,
        reason,
        message,
      })),
      addresses: [
        { type: 'InternalIP', address: options.hostIP },
        { type: 'Hostname', address: options.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
      nodeInfo: {
        machineID: '00000000-0000-0000-0000-000000000000',
        systemUUID: '00000000-0000-0000-0000-000000000000',
        bootID: '00000000-0000-0000-0000-000000000000',
        kernelVersion: os.release(),
        osImage: osImage(),
        containerRuntimeVersion: options.runtimeVersion,
        kubeletVersion: VERSION,
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture,
      },
      runtimeHandlers: [
        { name: '', features },
        { name: 'runc', features },
      ],
      features: { supplementalGroupsPolicy: true },
      declaredFeatures: [
        'ExtendWebSocketsToKubelet',
        'InPlacePodLevelResourcesVerticalScaling',
        'InPlacePodVerticalScalingInitContainers',
        'RestartAllContainersOnContainerExits',
      ],
    },
  };
}

function osImage(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(text)?.[1] ?? 'Linux';
  } catch {
    return 'Linux';
  }
}

/** The machine's first external address; the loopback address if there is none. */
export function nodeAddress(): string {
  const addresses = Object.values(os.networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}
