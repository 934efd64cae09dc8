import { destructive, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE, since, span } from '../time.ts';
import type { PodView } from '../view/pod-view.ts';

/** Time since the end of its grace period, in ms; negative during it. Undefined if the pod isn't being deleted. */
function overdue(pod: PodView): number | undefined {
  return since(pod.pod.metadata?.deletionTimestamp, pod.now);
}

/** The kubelet needs a moment after the grace period. */
const LATE = 10_000;

const stillRuns = (pod: PodView) => pod.containers.some(({ isRunning }) => isRunning);
const deletedFact = (pod: PodView) =>
  pod.fact('metadata.deletionTimestamp', pod.pod.metadata?.deletionTimestamp ?? '');

const force = (pod: PodView) =>
  destructive(
    'As a last resort, force the deletion; if the node still runs the pod, two copies run at once',
    pod.kubectl('delete', 'pod', pod.name, '--force', '--grace-period=0'),
    'delete pods',
  );

export const DELETED_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'G1',
    level: 1,
    name: 'The pod is stopping',
    shows: 'metadata.deletionTimestamp is in the future: the grace period has not ended.',
    explain: 'The pod was deleted, and its containers are terminating. Wait for the grace period.',
    severity: 'note',
    yieldsTo: ['G2', 'G4', 'T9', 'T11', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late > LATE) return undefined;
      return {
        title: `${pod.ref} is being deleted: ${late < 0 ? `${span(-late)} of its grace period are left` : 'its grace period has just ended'}`,
        evidence: [deletedFact(pod)],
        next: [look('Wait for the deletion', pod.kubectl('wait', '--for=delete', pod.ref))],
      };
    },
  }),
  rule('pod', {
    id: 'G2',
    level: 1,
    name: 'A finalizer holds the pod',
    shows: 'The grace period is over, the containers have terminated, and metadata.finalizers is not empty.',
    explain:
      'A finalizer makes the deletion wait until its controller has cleaned up. Its domain shows which controller. Without the finalizer, the clean-up does not happen.',
    find(pod) {
      const { finalizers = [] } = pod.pod.metadata ?? {};
      const late = overdue(pod);
      if (late === undefined || late < 0 || finalizers.length === 0 || stillRuns(pod)) return undefined;
      return {
        title: `${pod.ref} has terminated but cannot be deleted: finalizer ${finalizers.join(', ')} has held it for ${span(late)}`,
        group: `finalizer ${finalizers.join(', ')} holds terminated pods`,
        evidence: [deletedFact(pod), pod.fact('metadata.finalizers', finalizers.join(', '))],
        next: [
          look('Check whether the controller of the finalizer is running'),
          destructive(
            'Remove the finalizers; what their controllers would clean up remains',
            pod.kubectl('patch', 'pod', pod.name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'),
            'patch pods',
          ),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'G3',
    level: 1,
    name: 'The node does not confirm the termination',
    shows:
      'The grace period is long over, containers are still reported as running, and the pod is not ready or its node was reported lost.',
    explain:
      'Only the node can confirm that the containers have terminated, and it does not: the node or its kubelet is down or disconnected. After a forced deletion a second copy may start while the first still runs.',
    yieldsTo: ['G4', 'T9', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < MINUTE || !stillRuns(pod)) return undefined;
      const lost = pod.reason === 'NodeLost' || pod.events.find('NodeNotReady') !== undefined;
      if (!lost && pod.condition('Ready')?.status !== 'False') return undefined;
      const ready = pod.condition('Ready');
      return {
        title: `${pod.ref} should have been deleted ${span(late)} ago, but node ${pod.node ?? '?'} does not confirm it: the node does not respond`,
        group: `node ${pod.node ?? '?'} does not confirm the termination of pods`,
        evidence: [
          deletedFact(pod),
          ...(pod.reason === '' ? [] : [pod.reasonFact()]),
          ...(ready === undefined ? [] : [ready.fact]),
        ],
        confidence: lost ? 'high' : 'inferred',
        next: [
          look(
            'See the state of the node',
            ['describe', 'node', pod.node ?? ''],
            'get nodes in the whole cluster',
          ),
          force(pod),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'G4',
    level: 1,
    name: 'The containers cannot be killed',
    shows: 'Events FailedKillPod or ExceededGracePeriod.',
    explain:
      'The container runtime cannot kill the containers: a process is blocked in the kernel, often by an unreachable file server, or the runtime hangs. This needs access to the node.',
    find(pod) {
      if (!pod.isDeleting) return undefined;
      const event = pod.events.find(['FailedKillPod', 'ExceededGracePeriod']);
      if (event === undefined) return undefined;
      return {
        title: `The runtime of node ${pod.node ?? '?'} cannot kill ${pod.ref}: ${event.message}`,
        group: `the runtime of node ${pod.node ?? '?'} cannot kill pods`,
        evidence: [deletedFact(pod), pod.events.fact(event)],
        next: [look("Tell the node's administrators: unkillable processes, or a hanging runtime")],
      };
    },
  }),
  rule('pod', {
    id: 'G5',
    level: 1,
    name: 'Volumes are slow to unmount',
    shows:
      'The grace period ended minutes ago, all containers have terminated, and there are no finalizers and no events.',
    explain:
      'By exclusion: the kubelet removes a pod after its volumes are unmounted, and reports no failure of that. Check the kubelet’s log and the VolumeAttachments of the node.',
    confidence: 'low',
    yieldsTo: ['G4', 'T9', 'T12', 'N1'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < 2 * MINUTE || stillRuns(pod)) return undefined;
      if ((pod.pod.metadata?.finalizers ?? []).length > 0 || pod.node === undefined) return undefined;
      return {
        title: `${pod.ref} has terminated, but node ${pod.node} has not removed it for ${span(late)}: most likely its volumes cannot be unmounted`,
        evidence: [deletedFact(pod)],
        confidence: 'low',
        next: [
          look(
            "Ask the node's administrators for the kubelet's log",
            ['get', 'volumeattachments'],
            'list volumeattachments in the whole cluster',
          ),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'G7',
    level: 1,
    name: 'The pod outlives its grace period',
    shows:
      'The grace period ended more than a minute ago, and containers still run on a node that seems healthy.',
    explain:
      'The containers should have been killed by now, and there is no reason why they were not. Either the node has stopped reporting, or its runtime is stuck.',
    severity: 'unknown',
    confidence: 'low',
    yieldsTo: ['G2', 'G3', 'G4', 'T9', 'T11', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < MINUTE || !stillRuns(pod)) return undefined;
      return {
        title: `${pod.ref} should have been deleted ${span(late)} ago, but is still reported as running`,
        evidence: [deletedFact(pod)],
        confidence: 'low',
        next: [
          look(
            'See the state of the node',
            ['describe', 'node', pod.node ?? ''],
            'get nodes in the whole cluster',
          ),
          force(pod),
        ],
      };
    },
  }),
];
