import type { Container, Node, Pod } from 'kubernetes-types/core/v1.d.ts';
import { newContainer } from './container.ts';
import { mergeCustom } from './custom.ts';
import { hostShellWords } from './host-shell.ts';
import { LABEL_LENGTH, suffix } from './names.ts';
import { legacyDeprecated } from './notices.ts';
import { profileOf } from './profile-choice.ts';
import { applyProfile } from './profiles.ts';
import { setResources } from './resources.ts';
import { adjust } from './security-context.ts';
import { apiPaths } from '../model/api-paths.ts';
import type { DebugRequest, Keep, Notice, Plan, RandomInt } from '../model/plan.ts';
import { isWindows, makeWindows, refuseLinuxSettings } from './windows.ts';

/** The manager of the pod; kubectl has the same value since v1.34, so that one label finds all left-over pods. */
const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'kubectl-debug' };
const POD_PREFIX = 'node-debugger-';

/** Plans a pod in `namespace` on `node`, in the host's namespaces as the profile requires. */
export function planNode(request: DebugRequest, node: Node, namespace: string, draw: RandomInt): Plan {
  const nodeName = node.metadata?.name ?? '';
  const name = podNameFor(nodeName, draw);
  const inNamespace = request.toNamespace ?? namespace;
  const profile = profileOf(request);
  const windows = isWindows(node);
  const container: Container = newContainer(request, request.container ?? 'debugger');
  if (request.hostShell) container.command = hostShellWords(profile, windows, request);
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: inNamespace, labels: { ...MANAGED_BY } },
    spec: {
      containers: [container],
      nodeName,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  };
  if (windows) makeWindows(profile, pod, container);
  else applyProfile(profile, 'node', pod, container.name, NOTHING_KEPT);
  if (request.custom !== undefined) mergeCustom(container, request.custom);
  if (windows) refuseLinuxSettings(request.adjust);
  adjust(container, request.adjust);
  setResources(container, request.resources);

  const made: Notice = {
    level: 'info',
    code: 'node-pod',
    text: `Creating debugging pod ${name} with container ${container.name} on node ${nodeName}.`,
  };
  const path = apiPaths.pods(inNamespace);
  return {
    workflow: 'node',
    writes: [{ verb: 'create', path, contentType: 'application/json', body: pod, after: 'now' }],
    notices: [...(profile === 'legacy' ? [legacyDeprecated()] : []), ...notReady(node), made],
    session: {
      address: { namespace: inNamespace, pod: name, container: container.name },
      stdin: request.stdin && container.stdin === true,
      tty: container.tty === true,
    },
    cleanup: request.remove
      ? [{ path: `${path}/${encodeURIComponent(name)}`, what: `pod ${inNamespace}/${name}` }]
      : [],
    pod,
    container,
  };
}

const NOTHING_KEPT: Keep = {
  labels: true,
  labelKeys: [],
  annotations: true,
  liveness: true,
  readiness: true,
  startup: true,
  initContainers: true,
  hostPorts: true,
};

/** `node-debugger-NODE-xxxxx`, truncated to a valid host name: kubelets truncate longer ones, and then they collide. */
function podNameFor(nodeName: string, draw: RandomInt): string {
  const end = `-${suffix(draw)}`;
  const room = LABEL_LENGTH - POD_PREFIX.length - end.length;
  return `${POD_PREFIX}${nodeName.slice(0, room).replace(/[-.]+$/, '')}${end}`;
}

function notReady(node: Node): Notice[] {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || ready.status === 'True') return [];
  const why = ready.message === undefined ? '' : `: ${ready.message}`;
  const text = `Node ${node.metadata?.name ?? ''} is not ready (${ready.reason ?? ready.status})${why}`;
  return [{ level: 'warning', code: 'node-not-ready', text }];
}
