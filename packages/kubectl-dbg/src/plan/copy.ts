import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { apiPaths } from '../model/api-paths.ts';
import { DbgError } from '../model/failure.ts';
import { setStreams } from './container.ts';
import { copyNotices, type RelatedObjects } from './copy-notices.ts';
import { bareCopy } from './bare-copy.ts';
import { clearHostPorts, setImages } from './copy-parts.ts';
import { mergeCustom } from './custom.ts';
import { generateContainerName } from './names.ts';
import { legacyDeprecated, nameGenerated, nonRootWarning } from './notices.ts';
import { profileOf } from './profile-choice.ts';
import { applyProfile } from './profiles.ts';
import { setResources } from './resources.ts';
import { adjust } from './security-context.ts';
import { refuseSharing } from './share-processes.ts';
import { stripCopy } from './strip-copy.ts';
import { applyWindowsProfile, isWindowsPod, refuseLinuxSettings } from './windows.ts';
import type { CopyRequest, DebugRequest, Notice, Plan, RandomInt, Write } from '../model/plan.ts';

/**
 * Plans a copy of `pod`, with the changes of the request. `surroundings` shows what the copy would affect, as far as it
 * is known. Throws DbgError before anything would be written.
 */
export function planCopy(
  request: DebugRequest,
  pod: Pod,
  draw: RandomInt,
  surroundings: RelatedObjects = {},
): Plan {
  const copy = request.copy;
  if (copy === undefined) throw new Error('a copy needs a copy request');
  refuseSharing(pod, copy.shareProcesses);
  const result = bareCopy(pod, copy, request.toNamespace);
  const notices: Notice[] = [];
  setImages(result, copy.setImages, pod);
  const chosen = chooseContainer(request, copy, result, draw);
  if (chosen === undefined) {
    refuseDropped(request);
    if (copy.restart !== undefined && result.spec !== undefined) result.spec.restartPolicy = copy.restart;
    if (request.written.has('stdin') || request.written.has('tty') || request.written.has('attach')) {
      const text = 'Only images change in this copy: there is no debug container to attach to.';
      notices.push({ level: 'warning', code: 'nothing-to-attach', text });
    }
  } else {
    if (chosen.generated) notices.push(nameGenerated(chosen.container.name));
    notices.push(...changeContainer(request, copy, result, chosen));
  }
  if (!copy.keep.hostPorts) clearHostPorts(result);
  notices.push(...copyNotices(pod, result, copy, surroundings));
  const namespace = result.metadata?.namespace ?? '';
  const container = chosen?.container;
  const removable = container !== undefined && request.remove;
  return {
    workflow: 'copy',
    writes: writes(pod, result, copy),
    notices,
    ...(container === undefined
      ? {}
      : {
          container,
          session: {
            address: { namespace, pod: copy.name, container: container.name },
            stdin: request.stdin && container.stdin === true,
            tty: container.tty === true,
          },
        }),
    cleanup: removable
      ? [{ path: apiPaths.pod({ namespace, pod: copy.name }), what: `pod ${namespace}/${copy.name}` }]
      : [],
    pod: result,
  };
}

interface Chosen {
  container: Container;
  /** Whether its name was generated. */
  generated: boolean;
  /** Whether it is an init container that runs to completion. */
  init: boolean;
}

/** The container to change, or a new one; undefined if only images change. */
function chooseContainer(
  request: DebugRequest,
  copy: CopyRequest,
  result: Pod,
  draw: RandomInt,
): Chosen | undefined {
  const spec = (result.spec ??= { containers: [] });
  const containers = (spec.containers ??= []);
  const init = spec.initContainers ?? [];
  const named = [...containers, ...init].find(({ name }) => name === request.container);
  if (named !== undefined) return { container: named, generated: false, init: init.includes(named) };
  if (request.image === undefined) {
    if (request.container === undefined && copy.setImages.length > 0) return undefined;
    throw new DbgError('usage', 'ImageNotGiven', 'you must specify image when creating new container', {
      ...(request.container === undefined ? {} : { container: request.container }),
      containers: containers.map(({ name }) => name),
    });
  }
  const taken = new Set([...containers, ...init].map(({ name }) => name));
  const name = request.container ?? generateContainerName(taken, draw);
  const container: Container = { name, terminationMessagePolicy: 'File' };
  containers.push(container);
  return { container, generated: request.container === undefined, init: false };
}

/** Changes the selected container and, with it, the pod; returns what the user should know. */
function changeContainer(request: DebugRequest, copy: CopyRequest, result: Pod, chosen: Chosen): Notice[] {
  const { container } = chosen;
  if (request.words.length > 0) {
    if (!request.argumentsOnly) {
      delete container.args;
      container.command = [...request.words];
    } else {
      container.args = [...request.words];
    }
  }
  if (request.env.length > 0) container.env = structuredClone(request.env);
  if (request.image !== undefined) container.image = request.image;
  if (request.imagePullPolicy !== undefined) container.imagePullPolicy = request.imagePullPolicy;
  setStreams(container, request);

  // A container's own policy would override the pod's; an init container's makes it a sidecar.
  if (!chosen.init && copy.restart === undefined) delete container.restartPolicy;
  const profile = profileOf(request);
  if (isWindowsPod(result)) {
    refuseLinuxSettings(request.adjust);
    applyWindowsProfile(profile, container);
    stripCopy(profile, result, copy.keep);
  } else applyProfile(profile, 'copy', result, container.name, copy.keep);
  if (request.custom !== undefined) mergeCustom(container, request.custom);
  adjust(container, request.adjust);
  setResources(container, request.resources);
  const { spec } = result;
  if (spec !== undefined) spec.restartPolicy = copy.restart ?? 'Never';
  return [
    ...(profile === 'legacy' ? [legacyDeprecated()] : []),
    ...(chosen.init ? [] : nonRootWarning(result, container)),
  ];
}

/** Settings of the debug container, which a copy with only changed images doesn't have. */
const CONTAINER_FLAGS = [
  'env',
  'image-pull-policy',
  'custom',
  'arguments-only',
  'cap-add',
  'cap-drop',
  'privileged',
  'run-as',
  'requests',
  'limits',
];

function refuseDropped(request: DebugRequest): void {
  const dropped = CONTAINER_FLAGS.filter((flag) => request.written.has(flag));
  if (dropped.length === 0) return;
  throw new DbgError(
    'usage',
    'NoDebugContainer',
    `${dropped.join(', ')} would have no effect: only images change in this copy`,
    { settings: dropped },
  );
}

function writes(pod: Pod, result: Pod, copy: CopyRequest): Write[] {
  const namespace = result.metadata?.namespace ?? '';
  const create: Write = {
    verb: 'create',
    path: apiPaths.pods(namespace),
    contentType: 'application/json',
    body: result,
    after: 'now',
  };
  if (!copy.replace) return [create];
  const { uid, name, namespace: from } = pod.metadata ?? {};
  if (uid === undefined) {
    throw new DbgError(
      'usage',
      'OriginalNotOnServer',
      'the pod to replace is not on the server: it has no uid',
    );
  }
  const remove: Write = {
    verb: 'delete',
    path: apiPaths.pod({ namespace: from ?? '', pod: name ?? '' }),
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    after: 'copy-running',
  };
  return [create, remove];
}
