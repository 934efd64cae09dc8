import type { EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';
import { newContainer } from './container.ts';
import { mergeCustom } from './custom.ts';
import { enterTarget } from './enter.ts';
import { takeFromTarget } from './from-target.ts';
import { checkContainerName, containerNames, generateContainerName } from './names.ts';
import { legacyDeprecated, nameGenerated, nonRootWarning } from './notices.ts';
import { profileOf } from './profile-choice.ts';
import { applyProfile } from './profiles.ts';
import { DEFAULT_KEEP } from './keep.ts';
import { adjust } from './security-context.ts';
import { chooseTarget, podFacts, podName } from './target.ts';
import { applyWindowsProfile, isWindowsPod, refuseLinuxSettings } from './windows.ts';
import type { DebugRequest, Notice, Plan, RandomInt } from '../model/plan.ts';

/** Annotation of mirror pods of static pods: the API server refuses to change them. */
export const MIRROR = 'kubernetes.io/config.mirror';

/**
 * Plans an ephemeral container in `pod`. Checks the pod and the container as far as the given object allows; throws
 * DbgError before anything would be written.
 */
export function planEphemeral(request: DebugRequest, pod: Pod, draw: RandomInt): Plan {
  checkPod(pod);
  const notices: Notice[] = [];
  const taken = containerNames(pod);
  const name = request.container ?? generateContainerName(taken, draw);
  if (request.container === undefined) notices.push(nameGenerated(name));
  else checkFreeName(pod, name, taken);

  const target = chooseTarget(pod, request.target);
  notices.push(...target.notices);
  const container: EphemeralContainer = newContainer(request, name);
  if (target.container !== undefined) container.targetContainerName = target.container.name;
  const patched = structuredClone(pod);
  const spec = (patched.spec ??= { containers: [] });
  spec.ephemeralContainers = [...(spec.ephemeralContainers ?? []), container];

  const profile = profileOf(request);
  if (profile === 'legacy') notices.push(legacyDeprecated());
  if (isWindowsPod(pod)) {
    refuseLinuxSettings(request.adjust);
    applyWindowsProfile(profile, container);
  } else applyProfile(profile, 'ephemeral', patched, name, DEFAULT_KEEP);
  notices.push(...takeFromTarget(request, pod, target.container, container));
  if (request.custom !== undefined) mergeCustom(container, request.custom);
  adjust(container, request.adjust);
  const entering =
    request.enter === undefined ? undefined : enterTarget(request.enter, request, pod, container);
  if (entering !== undefined) notices.push(entering.notice);
  notices.push(...nonRootWarning(pod, container));

  const namespace = pod.metadata?.namespace ?? '';
  const podLabel = pod.metadata?.name ?? '';
  return {
    workflow: 'ephemeral',
    writes: [
      {
        verb: 'patch',
        path: apiPaths.pod({ namespace, pod: podLabel }, 'ephemeralcontainers'),
        contentType: 'application/strategic-merge-patch+json',
        body: patchBody(pod, container),
        after: 'now',
      },
    ],
    notices,
    session: {
      address: { namespace, pod: podLabel, container: name },
      stdin: request.stdin && container.stdin === true,
      tty: container.tty === true,
    },
    cleanup: [],
    ...(entering !== undefined && request.sleeps === true ? { execPrefix: entering.prefix } : {}),
    pod: patched,
    container,
  };
}

/**
 * The strategic merge patch that adds one ephemeral container. It contains the order of all existing ones, and no
 * resourceVersion: the list merges by name, so nobody's container is lost. The uid makes the server refuse it for another
 * pod of the same name.
 */
function patchBody(pod: Pod, container: EphemeralContainer): unknown {
  const before = pod.spec?.ephemeralContainers ?? [];
  const ephemeralContainers = [{ resources: {}, ...container }];
  const { uid } = pod.metadata ?? {};
  const bound = uid === undefined ? {} : { metadata: { uid } };
  if (before.length === 0) return { ...bound, spec: { ephemeralContainers } };
  const order = [...before, container].map(({ name }) => ({ name }));
  return { ...bound, spec: { '$setElementOrder/ephemeralContainers': order, ephemeralContainers } };
}

/** Throws DbgError for a pod in which an ephemeral container can't be created or would never start. */
function checkPod(pod: Pod): void {
  const { phase } = pod.status ?? {};
  if (pod.metadata?.annotations?.[MIRROR] !== undefined) {
    throw new DbgError(
      'refused',
      'PodIsMirror',
      `pod ${podName(pod)} is the mirror of a static pod, which cannot have ephemeral containers`,
      podFacts(pod),
    );
  }
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new DbgError(
      'neverStarted',
      'PodEnded',
      `pod ${podName(pod)} has ended (${phase}): no container starts in it any more`,
      { ...podFacts(pod), phase },
    );
  }
  const gates = (pod.spec?.schedulingGates ?? []).map(({ name }) => name);
  if (gates.length > 0 && !pod.spec?.nodeName) {
    throw new DbgError(
      'neverStarted',
      'PodGated',
      `pod ${podName(pod)} waits for its scheduling gates (${gates.join(', ')})`,
      { ...podFacts(pod), gates },
    );
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' && !pod.spec?.nodeName) {
    const why = scheduled.message ?? '';
    throw new DbgError('neverStarted', 'PodUnschedulable', `pod ${podName(pod)} has no node: ${why}`, {
      ...podFacts(pod),
      why,
    });
  }
  if (pod.metadata?.deletionTimestamp !== undefined) {
    throw new DbgError(
      'neverStarted',
      'PodTerminating',
      `pod ${podName(pod)} is being deleted`,
      podFacts(pod),
    );
  }
}

function checkFreeName(pod: Pod, name: string, taken: ReadonlySet<string>): void {
  checkContainerName(name);
  if (!taken.has(name)) return;
  throw new DbgError('usage', 'ContainerNameTaken', `pod ${podName(pod)} already has a container "${name}"`, {
    ...podFacts(pod),
    container: name,
  });
}
