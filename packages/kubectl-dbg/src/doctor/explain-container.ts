import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts';
import { sanitise } from '../base/sanitise.ts';
import { noEvidence } from './evidence.ts';
import { type Hit, matchRules, withoutYielding } from './judge/hit.ts';
import { maskSecrets } from './mask.ts';
import { PodView } from './view/pod-view.ts';

/** Levels at which the pod as a whole prevents the start of its containers: up to sandbox and volumes. */
const LAST_LEVEL_OF_PODS = 5;

/** Why a container does not start, in the words of a rule. */
export interface Explanation {
  /** Of the rule: `--explain ID`. */
  id: string;
  /** A clause that begins in lower case. */
  words: string;
}

/**
 * The rules' explanation for a container that does not start, or for its pod. Pure.
 *
 * @param said reason and message, which an event may contain before the container's status does
 * @param now milliseconds since the epoch
 */
export function explainContainer(
  pod: Pod,
  container: string,
  said: { reason: string; message: string },
  now: number,
): Explanation | undefined {
  const view = new PodView(withState(pod, container, said), noEvidence(pod.metadata?.namespace ?? '', now));
  const own = view.containers.find(({ name }) => name === container);
  const hits = withoutYielding([
    ...matchRules('pod', view, view.ref).filter(({ rule }) => rule.level <= LAST_LEVEL_OF_PODS),
    ...(own === undefined ? [] : matchRules('container', own, view.ref, container)),
  ]).filter(({ severity }) => severity === 'fault' || severity === 'effect');
  const [first] = hits.toSorted((one, other) => one.rule.level - other.rule.level);
  return first === undefined ? undefined : { id: first.rule.id, words: wordsOf(first) };
}

/** The pod with the reported state of the container, unless its status says that it has terminated. */
function withState(pod: Pod, name: string, { reason, message }: { reason: string; message: string }): Pod {
  const { ephemeralContainers = [], initContainers = [] } = pod.spec ?? {};
  const has = (list: readonly { name: string }[]) => list.some((entry) => entry.name === name);
  const field = has(ephemeralContainers)
    ? 'ephemeralContainerStatuses'
    : has(initContainers)
      ? 'initContainerStatuses'
      : 'containerStatuses';
  const statuses = pod.status?.[field] ?? [];
  const known = statuses.find((status) => status.name === name);
  const isTold = known?.state?.terminated !== undefined || known?.state?.waiting?.reason === reason;
  if (isTold || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return pod;
  const status: ContainerStatus = {
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    ...known,
    name,
    state: { waiting: { reason, message } },
  };
  const others = statuses.filter((other) => other !== known);
  return { ...pod, status: { ...pod.status, [field]: [...others, status] } };
}

function wordsOf({ match }: Hit): string {
  const words = sanitise(maskSecrets(match.title));
  return words.startsWith('Kubernetes') ? words : `${words.slice(0, 1).toLowerCase()}${words.slice(1)}`;
}
