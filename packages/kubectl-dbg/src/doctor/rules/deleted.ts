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
    'As a last resort remove it by force; if the node still runs it, two copies run at once',
    pod.kubectl('delete', 'pod', pod.name, '--force', '--grace-period=0'),
    'delete pods',
  );

export const DELETED_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'G1',
    level: 1,
    name: 'The pod is stopping',
    shows: 'metadata.deletionTimestamp is in the future: the grace period runs.',
    explain: 'Somebody deleted the pod and its containers have been asked to end. Wait for the grace period.',
    severity: 'note',
    yieldsTo: ['G2', 'G4', 'T9', 'T11', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late > LATE) return undefined;
      return {
        title: `${pod.ref} is being deleted: ${late < 0 ? `${span(-late)} of its grace period are left` : 'its grace period has just ended'}`,
        evidence: [deletedFact(pod)],
        next: [look('Wait for its end', pod.kubectl('wait', '--for=delete', pod.ref))],
      };
    },
  }),
  rule('pod', {
    id: 'G2',
    level: 1,
    name: 'A finalizer holds the pod',
    shows: 'The grace period is over, the containers have ended, and metadata.finalizers is not empty.',
    explain:
      'A finalizer is a promise of some controller to clean up before the object goes. Its domain tells whose. Removing it by hand breaks the promise.',
    find(pod) {
      const { finalizers = [] } = pod.pod.metadata ?? {};
      const late = overdue(pod);
      if (late === undefined || late < 0 || finalizers.length === 0 || stillRuns(pod)) return undefined;
      return {
        title: `${pod.ref} has ended and cannot go: finalizer ${finalizers.join(', ')} holds it since ${span(late)}`,
        group: `finalizer ${finalizers.join(', ')} holds pods that have ended`,
        evidence: [deletedFact(pod), pod.fact('metadata.finalizers', finalizers.join(', '))],
        next: [
          look('Find out whether the controller of that finalizer runs'),
          destructive(
            'Remove the finalizers; what they promised to clean up stays',
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
    name: 'The node does not confirm the stop',
    shows:
      'The grace period is long over, containers still count as running, and the pod is not ready or its node was reported lost.',
    explain:
      'Only the node can say that the containers have ended, and it does not. It is down, cut off, or its kubelet is. Removing the pod by force lets a second copy start while the first may still run.',
    yieldsTo: ['G4', 'T9', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < MINUTE || !stillRuns(pod)) return undefined;
      const lost = pod.reason === 'NodeLost' || pod.events.find('NodeNotReady') !== undefined;
      if (!lost && pod.condition('Ready')?.status !== 'False') return undefined;
      const ready = pod.condition('Ready');
      return {
        title: `${pod.ref} was to be gone ${span(late)} ago, but node ${pod.node ?? '?'} does not confirm it: the node does not answer`,
        group: `node ${pod.node ?? '?'} does not confirm the end of pods`,
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
      'The container runtime fails to end the containers: a process waits in the kernel, often for a file server that is gone, or the runtime hangs. That needs somebody with access to the node.',
    find(pod) {
      if (!pod.isDeleting) return undefined;
      const event = pod.events.find(['FailedKillPod', 'ExceededGracePeriod']);
      if (event === undefined) return undefined;
      return {
        title: `The runtime of node ${pod.node ?? '?'} cannot end ${pod.ref}: ${event.message}`,
        group: `the runtime of node ${pod.node ?? '?'} cannot end pods`,
        evidence: [deletedFact(pod), pod.events.fact(event)],
        next: [
          look("Tell the node's administrators: processes that cannot be killed, or a runtime that hangs"),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'G5',
    level: 1,
    name: 'Volumes are slow to be taken down',
    shows:
      'The grace period is over for minutes, all containers have ended, there are no finalizers, and no event tells more.',
    explain:
      'By exclusion: the kubelet removes a pod once its volumes are unmounted, and nothing reports a failure of that. The log of the kubelet and the VolumeAttachments of the node would tell.',
    confidence: 'low',
    yieldsTo: ['G4', 'T9', 'T12', 'N1'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < 2 * MINUTE || stillRuns(pod)) return undefined;
      if ((pod.pod.metadata?.finalizers ?? []).length > 0 || pod.node === undefined) return undefined;
      return {
        title: `${pod.ref} has ended, and node ${pod.node} has not let go of it for ${span(late)}: most likely its volumes cannot be taken down`,
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
    shows: 'The grace period is over for a minute, and containers still run on a node that seems well.',
    explain:
      'The containers should have been killed by now and nothing says why they were not. Either the node has stopped reporting or its runtime is stuck.',
    severity: 'unknown',
    confidence: 'low',
    yieldsTo: ['G2', 'G3', 'G4', 'T9', 'T11', 'T12'],
    find(pod) {
      const late = overdue(pod);
      if (late === undefined || late < MINUTE || !stillRuns(pod)) return undefined;
      return {
        title: `${pod.ref} was to be gone ${span(late)} ago and still runs as far as the API knows`,
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
