import { timestamp } from '../../machinery/timestamp.ts';
import type { ContainerStatus, PodCondition, PodObject } from '../types.ts';
import type { PodPhase } from './phase.ts';

interface Verdict {
  status: boolean;
  reason?: string;
  message?: string;
}

/** What a pod's conditions are derived from. */
export interface ConditionInput {
  phase: PodPhase;
  sandboxReady: boolean;
  initStatuses: readonly ContainerStatus[];
  /** Of regular containers and sidecars. */
  statuses: readonly ContainerStatus[];
}

/** A pod's conditions in the kubelet's order. Transition times change only with the status. */
export function podConditions(pod: PodObject, input: ConditionInput, now: Date): PodCondition[] {
  const ready = containersReady(pod, input);
  const old = pod.status?.conditions ?? [];
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: input.sandboxReady }],
    ['Initialized', initialized(pod, input)],
    ['Ready', gated(pod, ready)],
    ['ContainersReady', ready],
    ['PodScheduled', { status: true }],
  ];
  const own = new Set(verdicts.map(([type]) => type));
  return [
    // The kubelet keeps conditions that others own (readiness gates, disruption).
    ...old.filter(({ type }) => !own.has(type)),
    ...verdicts.map(([type, verdict]) => condition(pod, type, verdict, now)),
  ];
}

function condition(pod: PodObject, type: string, verdict: Verdict, now: Date): PodCondition {
  const old = pod.status?.conditions?.find((entry) => entry.type === type);
  const status = verdict.status ? 'True' : 'False';
  const { generation } = pod.metadata;
  return {
    type,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status,
    lastProbeTime: null,
    lastTransitionTime:
      old?.status === status && old.lastTransitionTime !== undefined
        ? old.lastTransitionTime
        : timestamp(now),
    ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
    ...(verdict.message === undefined ? {} : { message: verdict.message }),
  };
}

function initialized(pod: PodObject, { phase, initStatuses }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: true, reason: 'PodCompleted' };
  const incomplete = (pod.spec.initContainers ?? []).filter((container) => {
    const status = initStatuses.find(({ name }) => name === container.name);
    if (container.restartPolicy === 'Always') return status?.started !== true;
    return status?.ready !== true;
  });
  if (incomplete.length === 0) return { status: true };
  return {
    status: false,
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${incomplete.map(({ name }) => name).join(' ')}]`,
  };
}

function containersReady(pod: PodObject, { phase, statuses }: ConditionInput): Verdict {
  if (phase === 'Succeeded') return { status: false, reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: false, reason: 'PodFailed' };
  const unready = statuses.filter(({ ready }) => !ready);
  if (unready.length === 0) return { status: true };
  return {
    status: false,
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${unready.map(({ name }) => name).join(' ')}]`,
  };
}

function gated(pod: PodObject, ready: Verdict): Verdict {
  if (!ready.status) return ready;
  const gates = (pod.spec.readinessGates ?? []).map(({ conditionType }) => conditionType);
  const conditions = pod.status?.conditions ?? [];
  const messages = gates.flatMap((gate) => {
    const found = conditions.find(({ type }) => type === gate);
    if (found?.status === 'True') return [];
    return [
      found === undefined
        ? `corresponding condition of pod readiness gate "${gate}" does not exist.`
        : `the status of pod readiness gate "${gate}" is not "True", but ${found.status}`,
    ];
  });
  if (messages.length === 0) return { status: true };
  return { status: false, reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}
