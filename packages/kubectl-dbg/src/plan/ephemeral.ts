import type { EphemeralContainer, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';
import { newContainer } from './container.ts';
import { mergeCustom } from './custom.ts';
import { takeFromTarget } from './from-target.ts';
import { checkContainerName, containerNames, generateContainerName } from './names.ts';
import { legacyDeprecated, nameGenerated, nonRootWarning } from './notices.ts';
import { profileOf } from './profile-choice.ts';
import { applyProfile } from './profiles.ts';
import { adjust } from './security-context.ts';
import { chooseTarget, podName } from './target.ts';
import type { DebugRequest, Notice, Plan, RandomInt } from './types.ts';

/** Annotation of pods that mirror a kubelet's static pod: the API server refuses to change them. */
const MIRROR = 'kubernetes.io/config.mirror';

/**
 * Plans an ephemeral container in `pod`. The pod and the container are checked as far as the given object tells;
 * throws DbgError before anything would be written.
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
  applyProfile(profile, 'ephemeral', patched, name, NOTHING_TO_KEEP);
  notices.push(...takeFromTarget(request, pod, target.container, container));
  if (request.custom !== undefined) mergeCustom(container, request.custom);
  adjust(container, request.adjust);
  notices.push(...nonRootWarning(pod, container));

  const namespace = pod.metadata?.namespace ?? '';
  const podLabel = pod.metadata?.name ?? '';
  return {
    workflow: 'ephemeral',
    writes: [
      {
        verb: 'patch',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(podLabel)}/ephemeralcontainers`,
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
    pod: patched,
    container,
  };
}

/**
 * The strategic merge patch that adds one ephemeral container. It names the order of all of them where there were
 * some, and carries no resourceVersion: the list merges by name, so that nobody's container is lost.
 */
function patchBody(pod: Pod, container: EphemeralContainer): unknown {
  const before = pod.spec?.ephemeralContainers ?? [];
  const ephemeralContainers = [{ resources: {}, ...container }];
  if (before.length === 0) return { spec: { ephemeralContainers } };
  const order = [...before, container].map(({ name }) => ({ name }));
  return { spec: { '$setElementOrder/ephemeralContainers': order, ephemeralContainers } };
}

/** Profiles only look at what to keep in a copy. */
const NOTHING_TO_KEEP = {
  labels: false,
  labelKeys: [],
  annotations: false,
  liveness: false,
  readiness: false,
  startup: false,
  initContainers: true,
  hostPorts: false,
};

/** Throws DbgError for a pod in which an ephemeral container can't be made or would never start. */
function checkPod(pod: Pod): void {
  const remedy = 'Debug a copy of it with --copy-to';
  const { phase } = pod.status ?? {};
  if (pod.metadata?.annotations?.[MIRROR] !== undefined) {
    throw new DbgError(
      'refused',
      `pod ${podName(pod)} mirrors a static pod, which takes no ephemeral containers`,
      {
        remedy,
      },
    );
  }
  if (phase === 'Succeeded' || phase === 'Failed') {
    throw new DbgError(
      'neverStarted',
      `pod ${podName(pod)} has ended (${phase}): nothing starts in it any more`,
      {
        remedy,
      },
    );
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' && !pod.spec?.nodeName) {
    throw new DbgError('neverStarted', `pod ${podName(pod)} has no node: ${scheduled.message ?? ''}`, {
      remedy:
        'Make room in the cluster, or correct what the pod asks for: nothing starts in it before it has a node',
    });
  }
  if (pod.metadata?.deletionTimestamp !== undefined) {
    throw new DbgError('neverStarted', `pod ${podName(pod)} is being deleted`, { remedy });
  }
}

function checkFreeName(pod: Pod, name: string, taken: ReadonlySet<string>): void {
  checkContainerName(name);
  if (!taken.has(name)) return;
  throw new DbgError('usage', `pod ${podName(pod)} already has a container "${name}"`, {
    remedy: 'Choose another name with --container, or leave it out',
  });
}
