import type { Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { hostPortsOf, portsCollide } from '../../resources/nodes/host-ports.ts';
import { matchesSelector } from '../../resources/nodes/node-fit.ts';
import { requestsOf } from '../../resources/nodes/node-usage.ts';
import { addQuantities, parseQuantity, quantityValue } from '../../machinery/quantity.ts';
import { timestamp } from '../../machinery/timestamp.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import type { PodReporter } from './pod-reporter.ts';

type StoredPod = KubeObject & Pod;
type StoredNode = KubeObject & Node;

/** Why a kubelet refuses a pod that is bound to its node. */
export interface AdmissionRefusal {
  reason: string;
  message: string;
}

const NANO_PER_MILLI = 1_000_000n;
/** These resources are checked first, in this order. */
const FIRST_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

/** Refuses a pod that is bound to this node but does not fit; returns whether it did. */
export function refusePod(context: KubeletContext, reporter: PodReporter): boolean {
  const { store, nodeName, now } = context;
  const pod = reporter.pod as unknown as StoredPod;
  const node = store.get<StoredNode>('nodes', undefined, nodeName);
  if (node === undefined) return false;
  const refusal = admissionRefusal(node, pod, () =>
    store
      .list<StoredPod>('pods')
      .filter(
        ({ metadata, spec, status }) =>
          metadata.uid !== pod.metadata.uid &&
          spec?.nodeName === nodeName &&
          status?.phase !== 'Succeeded' &&
          status?.phase !== 'Failed',
      ),
  );
  if (refusal === undefined) return false;
  const { reason, message } = refusal;
  reporter.record({ type: 'Warning', reason, message });
  const { generation } = pod.metadata;
  reporter.write({
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    phase: 'Failed',
    message: `Pod was rejected: ${message}`,
    reason,
    startTime: timestamp(now()),
  });
  return true;
}

/**
 * The kubelet's admission checks, in its order; undefined if the pod is admitted.
 *
 * @param others the pods that are already on the node; only called if needed
 */
export function admissionRefusal(
  node: StoredNode,
  pod: StoredPod,
  others: () => readonly Pod[],
): AdmissionRefusal | undefined {
  const requests = requestsOf(pod);
  const ports = hostPortsOf(pod);
  const rivals = Object.keys(requests).length > 0 || ports.length > 0 ? others() : [];
  const lacking = lackingResource(node, requests, rivals);
  if (lacking !== undefined) return lacking;
  if (!matchesSelector(node, pod)) {
    return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  }
  if (portsCollide(ports, rivals.flatMap(hostPortsOf))) {
    return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  return undefined;
}

function predicate(name: string, why: string): AdmissionRefusal {
  return { reason: name, message: `Predicate ${name} failed: ${why}` };
}

function lackingResource(
  node: StoredNode,
  requests: Readonly<Record<string, string>>,
  rivals: readonly Pod[],
): AdmissionRefusal | undefined {
  const allocatable = (node.status?.allocatable ?? {}) as Record<string, string>;
  const rank = (name: string): number => FIRST_RESOURCES.indexOf(name) + 1 || FIRST_RESOURCES.length + 1;
  for (const name of Object.keys(requests).toSorted((a, b) => rank(a) - rank(b))) {
    const used = rivals.reduce((sum, rival) => addQuantities(sum, requestsOf(rival)[name] ?? '0'), '0');
    const [requested, taken, capacity] = [requests[name] ?? '0', used, allocatable[name] ?? '0'].map((text) =>
      units(name, text),
    );
    if (requested === undefined || taken === undefined || capacity === undefined) continue;
    if (requested === 0n || requested + taken <= capacity) continue;
    return {
      reason: `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${taken}, capacity: ${capacity}`,
    };
  }
  return undefined;
}

/** Millicores for CPU, units for everything else. */
function units(resource: string, text: string): bigint {
  if (resource !== 'cpu') return quantityValue(text);
  return (parseQuantity(text).nano + NANO_PER_MILLI - 1n) / NANO_PER_MILLI;
}
