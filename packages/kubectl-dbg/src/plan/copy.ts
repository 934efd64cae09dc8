import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';
import { setStreams } from './container.ts';
import { copyNotices, type CopySurroundings } from './copy-notices.ts';
import { bareCopy } from './bare-copy.ts';
import { clearHostPorts, setImages } from './copy-parts.ts';
import { mergeCustom } from './custom.ts';
import { generateContainerName } from './names.ts';
import { legacyDeprecated, nameGenerated, nonRootWarning } from './notices.ts';
import { profileOf } from './profile-choice.ts';
import { applyProfile } from './profiles.ts';
import { adjust } from './security-context.ts';
import { podName } from './target.ts';
import type { CopyRequest, DebugRequest, Notice, Plan, RandomInt, Write } from './types.ts';

/**
 * Plans a copy of `pod`, with the changes that the request asks for. What the copy would disturb is told from
 * `surroundings`, as far as they are given. Throws DbgError before anything would be written.
 */
export function planCopy(
  request: DebugRequest,
  pod: Pod,
  draw: RandomInt,
  surroundings: CopySurroundings = {},
): Plan {
  const copy = request.copy;
  if (copy === undefined) throw new Error('a copy needs a copy request');
  const result = bareCopy(pod, copy, request.toNamespace);
  const notices: Notice[] = [];
  setImages(result, copy.setImages, podName(pod));
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
      ? [{ path: podPath(namespace, copy.name), what: `pod ${namespace}/${copy.name}` }]
      : [],
    pod: result,
  };
}

interface Chosen {
  container: Container;
  /** Whether its name was generated. */
  generated: boolean;
  /** Whether it is an init container that runs to its end. */
  init: boolean;
}

/** The container to change, or a new one; undefined where only images change. */
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
    throw new DbgError('usage', 'you must specify image when creating new container', {
      remedy: `Add --image for a new container "${request.container ?? ''}", or name one of ${containers
        .map(({ name }) => name)
        .join(', ')}`,
    });
  }
  const taken = new Set([...containers, ...init].map(({ name }) => name));
  const name = request.container ?? generateContainerName(taken, draw);
  const container: Container = { name, terminationMessagePolicy: 'File' };
  containers.push(container);
  return { container, generated: request.container === undefined, init: false };
}

/** Changes the chosen container and, with it, the pod; returns what the user should know. */
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

  // A container's own policy would win over the pod's; an init container's makes it a sidecar.
  if (!chosen.init && copy.restart === undefined) delete container.restartPolicy;
  const profile = profileOf(request);
  applyProfile(profile, 'copy', result, container.name, copy.keep);
  if (request.custom !== undefined) mergeCustom(container, request.custom);
  adjust(container, request.adjust);
  const { spec } = result;
  if (spec !== undefined) spec.restartPolicy = copy.restart ?? 'Never';
  return [
    ...(profile === 'legacy' ? [legacyDeprecated()] : []),
    ...(chosen.init ? [] : nonRootWarning(result, container)),
  ];
}

/** Flags about the debug container, which a copy with changed images only doesn't have. */
const CONTAINER_FLAGS = [
  'env',
  'image-pull-policy',
  'custom',
  'arguments-only',
  'cap-add',
  'cap-drop',
  'privileged',
  'run-as',
];

function refuseDropped(request: DebugRequest): void {
  const dropped = CONTAINER_FLAGS.filter((flag) => request.written.has(flag));
  if (dropped.length === 0) return;
  throw new DbgError(
    'usage',
    `--${dropped.join(', --')} would have no effect: only images change in this copy`,
    { remedy: 'Name the container to change with --container, or add one with --image' },
  );
}

function writes(pod: Pod, result: Pod, copy: CopyRequest): Write[] {
  const namespace = result.metadata?.namespace ?? '';
  const create: Write = {
    verb: 'create',
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    contentType: 'application/json',
    body: result,
    after: 'now',
  };
  if (!copy.replace) return [create];
  const { uid, name, namespace: from } = pod.metadata ?? {};
  if (uid === undefined) {
    throw new DbgError('usage', '--replace needs a pod of the server, and this one has no uid', {
      remedy: 'Name the pod instead of its manifest',
    });
  }
  const remove: Write = {
    verb: 'delete',
    path: podPath(from ?? '', name ?? ''),
    contentType: 'application/json',
    body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } },
    after: 'copy-running',
  };
  return [create, remove];
}

function podPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
}
