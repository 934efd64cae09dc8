import { change, destructive, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Occurrence } from '../evidence.ts';
import { lastClause } from '../classify/pull.ts';
import { readMissing } from '../classify/missing.ts';
import { YOUNG } from '../time.ts';
import type { PodView } from '../view/pod-view.ts';

/** The kubelet's summary, which names volumes but no reason. */
const SUMMARY = /unable to attach or mount volumes/i;
const TIMED_OUT = /timed out waiting for the condition|context deadline exceeded/i;

/** The volume in a message. */
const volumeOf = (message: string) => /for volume "([^"]+)"/.exec(message)?.[1];

/** The text after the kubelet's prefix. */
const inner = (message: string) => message.replace(/^MountVolume\.\w+ failed for volume "[^"]*"\s*:\s*/, '');

/** The newest event about a failed volume, except the summary. */
function failure(
  pod: PodView,
  reasons: readonly string[],
  matches: (event: Occurrence) => boolean,
): Occurrence | undefined {
  if (!pod.isWaitingForNode) return undefined;
  return pod.events.where(
    reasons,
    (event) => !(SUMMARY.test(event.message) && TIMED_OUT.test(event.message)) && matches(event),
  );
}

const MOUNT = ['FailedMount', 'FailedMapVolume'];
const ATTACH = ['FailedAttachVolume', 'FailedMount'];

/** The source of a pod volume, as text. */
function sourceOf(pod: PodView, volume: string | undefined): string {
  const found = pod.pod.spec?.volumes?.find(({ name }) => name === volume);
  const [kind] = Object.keys(found ?? {}).filter((key) => key !== 'name');
  return kind === undefined ? '' : ` (${kind})`;
}

interface VolumeRow {
  id: string;
  name: string;
  shows: string;
  explain: string;
  reasons: readonly string[];
  matches(text: string): boolean;
  title(pod: PodView, event: Occurrence): string;
  group?(event: Occurrence): string;
  next(pod: PodView, event: Occurrence): Match['next'];
  young?: number;
}

const MISSING_DRIVER = /driver name (\S+) not found|driver .*not (registered|found)/i;
const RACE = /not registered|failed to sync (configmap|secret) cache/i;
const HOST_PATH = /hostpath type check failed/i;
const ROOT_CA = /kube-root-ca\.crt|failed to fetch token|serviceaccount.*token/i;
const MULTI = /multi-attach|already (used|attached|exclusively)/i;

/** The first row that matches explains an event. */
const ROWS: readonly VolumeRow[] = [
  {
    id: 'V11',
    name: 'The service account token or CA certificate is missing',
    shows: 'Event FailedMount: kube-root-ca.crt is not found, or no token can be requested.',
    explain:
      'Every pod gets a token and the cluster’s CA certificate. In a new namespace they may be missing for a few seconds; otherwise the controller manager is not working.',
    reasons: MOUNT,
    young: YOUNG,
    matches: (text) => ROOT_CA.test(text),
    title: (pod) => `${pod.ref} cannot mount its service account token or the cluster’s CA certificate`,
    next: () => [
      look(
        'If the namespace is older than a minute, ask the administrators whether the controller manager is running',
      ),
    ],
  },
  {
    id: 'V3',
    name: 'A key of a ConfigMap or Secret is missing',
    shows: 'Event FailedMount: the volume references a key that its ConfigMap or Secret does not have.',
    explain: 'The object exists, but a key that the volume selects does not.',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.key !== undefined,
    title: (pod, { message }) => {
      const missing = readMissing(message);
      return `${pod.ref} mounts volume ${volumeOf(message) ?? '?'} from a ${missing?.kind} that lacks the key ${missing?.key}`;
    },
    group: ({ message }) => `a ${readMissing(message)?.kind} lacks the key ${readMissing(message)?.key}`,
    next: (pod) => [
      look(
        'See the items of the volume',
        pod.kubectl('get', 'pod', pod.name, '-o', 'jsonpath={.spec.volumes}'),
      ),
      change('Add the key, or correct the volume’s items'),
    ],
  },
  {
    id: 'V1',
    name: 'A ConfigMap to be mounted is missing',
    shows: 'Event FailedMount: configmap not found.',
    explain:
      'A volume of the pod references a ConfigMap that does not exist in its namespace. The kubelet retries every two minutes, so the pod starts automatically when the ConfigMap is created.',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.kind === 'ConfigMap',
    title: (pod, { message }) =>
      `${pod.ref} mounts ConfigMap ${readMissing(message)?.name}, which does not exist in namespace ${pod.namespace}`,
    group: ({ message }) => `ConfigMap ${readMissing(message)?.name} does not exist`,
    next: (pod) => [
      look('List the ConfigMaps', pod.kubectl('get', 'configmaps')),
      change('Create it, or correct the name, or mark the volume optional'),
    ],
  },
  {
    id: 'V2',
    name: 'A Secret to be mounted is missing',
    shows: 'Event FailedMount: secret not found.',
    explain:
      'A volume of the pod references a Secret that does not exist in its namespace, according to the kubelet. (The role view may not list Secrets.)',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.kind === 'Secret',
    title: (pod, { message }) =>
      `${pod.ref} mounts Secret ${readMissing(message)?.name}, which does not exist in namespace ${pod.namespace}`,
    group: ({ message }) => `Secret ${readMissing(message)?.name} does not exist`,
    next: () => [change('Create it, or correct the name, or mark the volume optional')],
  },
  {
    id: 'V4',
    name: 'The kubelet does not have the object yet',
    shows: 'Event FailedMount: the object is not registered, or its cache could not be synced.',
    explain:
      'The kubelet’s connection to the API server is slow, or the pod has just terminated. This is temporary; otherwise the node is the cause.',
    reasons: MOUNT,
    matches: (text) => RACE.test(text),
    title: (pod, { message }) =>
      `Node ${pod.node ?? '?'} does not have what ${pod.ref} mounts yet: ${inner(message)}`,
    next: () => [look('Wait a minute; if it persists, tell the node’s administrators')],
  },
  {
    id: 'V5',
    name: 'The path on the node has another type',
    shows: 'Event FailedMount: hostPath type check failed.',
    explain: 'The path of a hostPath volume does not exist on the node, or is not of the specified type.',
    reasons: MOUNT,
    matches: (text) => HOST_PATH.test(text),
    title: (pod, { message }) =>
      `The path of a hostPath volume of ${pod.ref} is not of the specified type on node ${pod.node ?? '?'}: ${lastClause(message)}`,
    group: () => 'the path of a hostPath volume is not of the specified type',
    next: () => [change('Correct the path or its type, or choose a node that has it')],
  },
  {
    id: 'V7',
    name: 'The volume is still attached elsewhere',
    shows: 'Event FailedAttachVolume: Multi-Attach error.',
    explain:
      'The volume can only be attached to one node at a time, and is still attached to another: an old pod of the workload uses it, or its node is down. A Deployment with such a volume needs strategy Recreate.',
    reasons: ATTACH,
    matches: (text) => MULTI.test(text),
    title: (pod, { message }) => {
      const by = /used by pod\(s\) (.*)$/i.exec(message)?.[1];
      return `The volume of ${pod.ref} is still attached to another node${by === undefined ? '' : `, used by pod ${by}`}`;
    },
    group: () => 'their volumes are still attached to another node',
    next: (pod) => [
      look('List the pods with their nodes', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('For a Deployment: use strategy Recreate'),
      destructive(
        'If the other node is down, mark it as out of service',
        ['taint', 'node', 'NODE', 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'],
        'update nodes in the whole cluster',
      ),
    ],
  },
  {
    id: 'V10',
    name: 'The CSI driver is not running on the node',
    shows:
      'Event FailedMount or FailedAttachVolume: the driver is not in the list of registered CSI drivers.',
    explain: 'Each node needs a pod of the CSI driver, which is not running on this node.',
    reasons: ATTACH,
    matches: (text) => MISSING_DRIVER.test(text),
    title: (pod, { message }) =>
      `The CSI driver ${MISSING_DRIVER.exec(message)?.[1] ?? ''} is not running on node ${pod.node ?? '?'}, so the volume of ${pod.ref} cannot be mounted`,
    group: () => 'a CSI driver is not running on their node',
    next: () => [look('Ask the administrators to check the driver’s DaemonSet on that node')],
  },
  {
    id: 'V6',
    name: 'The volume cannot be attached',
    shows: 'Event FailedAttachVolume with another message.',
    explain: 'The storage system cannot attach the volume to the node. See its message.',
    reasons: ['FailedAttachVolume'],
    matches: () => true,
    title: (pod, { message }) =>
      `The volume ${volumeOf(message) ?? ''} of ${pod.ref} cannot be attached to node ${pod.node ?? '?'}: ${lastClause(message)}`,
    group: () => 'volumes cannot be attached',
    next: (pod) => [
      look('See the claims', pod.kubectl('get', 'pvc')),
      look('Tell the storage administrators'),
    ],
  },
  {
    id: 'V9',
    name: 'The volume cannot be mounted',
    shows:
      'Event FailedMount with another message: mount failed, wrong file system, access denied, no response of a file server.',
    explain:
      'The node cannot mount the volume: a file server does not respond or denies access, the file system is damaged, or a mount helper is missing on the node.',
    reasons: MOUNT,
    matches: () => true,
    title: (pod, { message }) =>
      `Volume ${volumeOf(message) ?? ''}${sourceOf(pod, volumeOf(message))} of ${pod.ref} cannot be mounted: ${lastClause(inner(message))}`,
    group: () => 'volumes cannot be mounted',
    next: (pod) => [look('See all events', pod.describe())],
  },
];

export const VOLUME_RULES: readonly Rule<'pod'>[] = [
  ...ROWS.map((row, index) =>
    rule('pod', {
      id: row.id,
      level: 5,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      find(pod): Match | undefined {
        if (pod.age < (row.young ?? 0)) return undefined;
        const event = failure(
          pod,
          row.reasons,
          ({ reason, message }) =>
            row.matches(message) &&
            !ROWS.slice(0, index).some((other) => other.reasons.includes(reason) && other.matches(message)),
        );
        if (event === undefined) return undefined;
        const group = row.group?.(event);
        return {
          title: row.title(pod, event),
          ...(group === undefined ? {} : { group }),
          evidence: [pod.events.fact(event)],
          next: row.next(pod, event) ?? [],
        };
      },
    }),
  ),
  rule('pod', {
    id: 'V8',
    level: 5,
    name: 'A volume was not mounted in time',
    shows: 'Event FailedMount: volumes could not be attached or mounted, timed out.',
    explain:
      'This is the kubelet’s summary, without the reason. If the event with the reason has expired, check the source of the volume.',
    severity: 'effect',
    confidence: 'low',
    yieldsTo: ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V9', 'V10', 'V11'],
    find(pod) {
      if (!pod.isWaitingForNode) return undefined;
      const event = pod.events.find('FailedMount', SUMMARY);
      if (event === undefined) return undefined;
      const names = /unmounted volumes=\[([^\]]*)\]/.exec(event.message)?.[1] ?? '?';
      return {
        title: `Volume ${names}${sourceOf(pod, names)} of ${pod.ref} was not mounted in time; the reason is not in this message`,
        group: 'volumes were not mounted in time',
        evidence: [pod.events.fact(event)],
        confidence: 'low',
        next: [
          look(
            'See the source of the volume',
            pod.kubectl('get', 'pod', pod.name, '-o', 'jsonpath={.spec.volumes}'),
          ),
          look('List the claims', pod.kubectl('get', 'pvc')),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'V12',
    level: 5,
    name: 'The ownership of many files is being changed',
    shows: 'Event VolumePermissionChangeInProgress.',
    explain:
      'With fsGroup, the kubelet changes the ownership of all files in the volume at every start. This is slow, but not an error; fsGroupChangePolicy OnRootMismatch avoids it.',
    severity: 'note',
    find(pod) {
      const event = pod.isWaitingForNode ? pod.events.find('VolumePermissionChangeInProgress') : undefined;
      if (event === undefined) return undefined;
      return {
        title: `${pod.ref} waits while the ownership of a volume’s files is changed`,
        evidence: [pod.events.fact(event)],
        next: [change('Set securityContext.fsGroupChangePolicy to OnRootMismatch')],
      };
    },
  }),
];
