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
    name: 'The account’s token or root certificate is missing',
    shows: 'Event FailedMount: kube-root-ca.crt is not found, or no token can be fetched.',
    explain:
      'Every pod gets a token and the cluster’s certificate. In a namespace a few seconds old they may lack; later the controller manager is not working.',
    reasons: MOUNT,
    young: YOUNG,
    matches: (text) => ROOT_CA.test(text),
    title: (pod) => `${pod.ref} cannot mount its service account’s token or the cluster’s certificate`,
    next: () => [
      look(
        'If the namespace is older than a minute, ask the administrators whether the controller manager runs',
      ),
    ],
  },
  {
    id: 'V3',
    name: 'A key of a ConfigMap or Secret is missing',
    shows: 'Event FailedMount: the volume references a key that its ConfigMap or Secret does not have.',
    explain: 'The object is there. The volume picks keys of it, and one of those is not there.',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.key !== undefined,
    title: (pod, { message }) => {
      const missing = readMissing(message);
      return `${pod.ref} mounts volume ${volumeOf(message) ?? '?'} from a ${missing?.kind} that lacks the key ${missing?.key}`;
    },
    group: ({ message }) => `a ${readMissing(message)?.kind} lacks the key ${readMissing(message)?.key}`,
    next: (pod) => [
      look(
        'See what the volume picks',
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
      'A volume of the pod names a ConfigMap that is not in its namespace. The kubelet tries again every two minutes: it starts by itself once the ConfigMap is there.',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.kind === 'ConfigMap',
    title: (pod, { message }) =>
      `${pod.ref} mounts ConfigMap ${readMissing(message)?.name}, which does not exist in namespace ${pod.namespace}`,
    group: ({ message }) => `ConfigMap ${readMissing(message)?.name} does not exist`,
    next: (pod) => [
      look('List those there are', pod.kubectl('get', 'configmaps')),
      change('Create it, or correct the name, or mark the volume optional'),
    ],
  },
  {
    id: 'V2',
    name: 'A Secret to be mounted is missing',
    shows: 'Event FailedMount: secret not found.',
    explain:
      'A volume of the pod names a Secret that is not in its namespace. That is the kubelet’s word; who may only view cannot list Secrets.',
    reasons: MOUNT,
    matches: (text) => readMissing(text)?.kind === 'Secret',
    title: (pod, { message }) =>
      `${pod.ref} mounts Secret ${readMissing(message)?.name}, which does not exist in namespace ${pod.namespace}`,
    group: ({ message }) => `Secret ${readMissing(message)?.name} does not exist`,
    next: () => [change('Create it, or correct the name, or mark the volume optional')],
  },
  {
    id: 'V4',
    name: 'The kubelet has not got the object yet',
    shows: 'Event FailedMount: the object is not registered, or its cache could not be synced.',
    explain:
      'The kubelet’s own contact with the API server is slow, or the pod was just ended. It passes; if it does not, it is the node’s trouble.',
    reasons: MOUNT,
    matches: (text) => RACE.test(text),
    title: (pod, { message }) =>
      `Node ${pod.node ?? '?'} has not got what ${pod.ref} mounts: ${inner(message)}`,
    next: () => [look('Wait a minute; if it lasts, tell the node’s administrators')],
  },
  {
    id: 'V5',
    name: 'The path on the node is not what the pod says',
    shows: 'Event FailedMount: hostPath type check failed.',
    explain: 'A hostPath volume says of which type the path must be, and the node has none such.',
    reasons: MOUNT,
    matches: (text) => HOST_PATH.test(text),
    title: (pod, { message }) =>
      `Node ${pod.node ?? '?'} does not have what a hostPath volume of ${pod.ref} asks for: ${lastClause(message)}`,
    group: () => 'their node does not have the path of a hostPath volume',
    next: () => [change('Correct the path or its type, or choose a node that has it')],
  },
  {
    id: 'V7',
    name: 'The volume is still attached elsewhere',
    shows: 'Event FailedAttachVolume: Multi-Attach error.',
    explain:
      'The volume can be attached to one node at a time and still is at another: an old pod of the workload uses it, or its node died. A Deployment with such a volume needs strategy Recreate.',
    reasons: ATTACH,
    matches: (text) => MULTI.test(text),
    title: (pod, { message }) => {
      const by = /used by pod\(s\) (.*)$/i.exec(message)?.[1];
      return `The volume of ${pod.ref} is still attached to another node${by === undefined ? '' : `, used by pod ${by}`}`;
    },
    group: () => 'their volumes are still attached to another node',
    next: (pod) => [
      look('See which pods use it, and where', pod.kubectl('get', 'pods', '-o', 'wide')),
      change('For a Deployment: use strategy Recreate'),
      destructive(
        'If the other node is dead: mark it out of service',
        ['taint', 'node', 'NODE', 'node.kubernetes.io/out-of-service=nodeshutdown:NoExecute'],
        'update nodes in the whole cluster',
      ),
    ],
  },
  {
    id: 'V10',
    name: 'The storage driver does not run on the node',
    shows:
      'Event FailedMount or FailedAttachVolume: the driver is not in the list of registered CSI drivers.',
    explain: 'Each node needs the storage driver’s own pod, and on this node it does not run.',
    reasons: ATTACH,
    matches: (text) => MISSING_DRIVER.test(text),
    title: (pod, { message }) =>
      `The storage driver ${MISSING_DRIVER.exec(message)?.[1] ?? ''} does not run on node ${pod.node ?? '?'}, so ${pod.ref} gets no volume`,
    group: () => 'a storage driver does not run on their node',
    next: () => [look('Tell the administrators: the driver’s DaemonSet on that node')],
  },
  {
    id: 'V6',
    name: 'The volume cannot be attached',
    shows: 'Event FailedAttachVolume with other words.',
    explain: 'The storage system refuses to attach the volume to the node. Its own words follow.',
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
      'Event FailedMount with other words: mount failed, wrong file system, access denied, no answer of a file server.',
    explain:
      'The node has the volume and cannot mount it: a file server does not answer or refuses, the file system is damaged, or a mount helper lacks on the node.',
    reasons: MOUNT,
    matches: () => true,
    title: (pod, { message }) =>
      `Volume ${volumeOf(message) ?? ''}${sourceOf(pod, volumeOf(message))} of ${pod.ref} cannot be mounted: ${lastClause(inner(message))}`,
    group: () => 'volumes cannot be mounted',
    next: (pod) => [look('See all that is said', pod.describe())],
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
    name: 'A volume did not come in time',
    shows: 'Event FailedMount: volumes could not be attached or mounted, timed out.',
    explain:
      'The kubelet’s summary: it names the volume and not the reason. If the event with the reason has expired, look at what the volume is made of.',
    severity: 'effect',
    confidence: 'low',
    yieldsTo: ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V9', 'V10', 'V11'],
    find(pod) {
      if (!pod.isWaitingForNode) return undefined;
      const event = pod.events.find('FailedMount', SUMMARY);
      if (event === undefined) return undefined;
      const names = /unmounted volumes=\[([^\]]*)\]/.exec(event.message)?.[1] ?? '?';
      return {
        title: `Volume ${names}${sourceOf(pod, names)} of ${pod.ref} did not come in time; this message does not say why`,
        group: 'volumes did not come in time',
        evidence: [pod.events.fact(event)],
        confidence: 'low',
        next: [
          look(
            'See where the volume comes from',
            pod.kubectl('get', 'pod', pod.name, '-o', 'jsonpath={.spec.volumes}'),
          ),
          look('See the claims', pod.kubectl('get', 'pvc')),
        ],
      };
    },
  }),
  rule('pod', {
    id: 'V12',
    level: 5,
    name: 'The owner of many files is being changed',
    shows: 'Event VolumePermissionChangeInProgress.',
    explain:
      'With fsGroup the kubelet walks through the whole volume at every start. That is slow, and not an error; fsGroupChangePolicy OnRootMismatch avoids it.',
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
