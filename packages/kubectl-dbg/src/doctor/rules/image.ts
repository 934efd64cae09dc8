import { type Advice, change, look } from '../steps.ts';
import type { Match, Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import type { Fact } from '../finding.ts';
import {
  classifyPull,
  innerPullText,
  lastClause,
  type PullClass,
  registryOf,
  registryStatus,
} from '../classify/pull.ts';
import { MINUTE, span } from '../time.ts';
import type { ContainerView } from '../view/container-view.ts';

/** Waiting reasons of a container without its image. */
const PULLING = ['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable', 'ImagePullError'];

/** The runtime's message about a failed pull, and its source. */
export function pullFailure(container: ContainerView): { text: string; fact: Fact } | undefined {
  if (!container.waitsFor(...PULLING)) return undefined;
  const text = innerPullText(container.waiting?.message ?? '');
  if (text !== '') return { text, fact: container.waitingFact() };
  const event = container.events.where(['Failed', 'ErrImagePull'], ({ message }) =>
    /^Failed to pull image/i.test(message),
  );
  return event === undefined
    ? { text: '', fact: container.waitingFact() }
    : { text: innerPullText(event.message), fact: container.events.fact(event) };
}

interface PullRow {
  id: PullClass;
  name: string;
  shows: string;
  explain: string;
  /** Completes "The image IMAGE of container C cannot be pulled: ". */
  because(container: ContainerView, text: string): string;
  group(container: ContainerView, text: string): string;
  next(container: ContainerView, text: string): Advice[];
  severity?: 'note';
  level?: 3;
}

const registry = ({ image }: ContainerView) => registryOf(image);
const answered = (text: string) => {
  const status = registryStatus(text);
  return status === undefined ? '' : `, registry responds with ${status}`;
};
const secrets = ({ pod }: ContainerView) => {
  const names = (pod.pod.spec?.imagePullSecrets ?? []).map(({ name }) => name ?? '');
  return names.length === 0 ? 'it has no imagePullSecrets' : `its imagePullSecrets: ${names.join(', ')}`;
};
const correctImage = (container: ContainerView): Advice[] => {
  const { pod, name } = container;
  const owner = pod.workload;
  return [
    look(
      'See the image reference in the spec',
      pod.kubectl(
        'get',
        'pod',
        pod.name,
        '-o',
        `jsonpath={.spec.${container.list}[?(@.name=="${name}")].image}`,
      ),
    ),
    container.kind === 'ephemeral'
      ? change('Add another debug container: an existing one cannot be changed')
      : change(
          owner === undefined
            ? 'Correct the image of the pod'
            : `Correct the image in the template of ${owner.kind} ${owner.name}`,
          owner === undefined ? pod.kubectl('set', 'image', pod.ref, `${name}=IMAGE`) : undefined,
        ),
  ];
};
const nodeAdmins = look('Tell the administrators of the node');

const ROWS: readonly PullRow[] = [
  {
    id: 'P1',
    name: 'The image is not found',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; the registry does not have this name or tag.',
    explain:
      'The registry responds, but does not have this name or tag: a typo, a build that was not pushed, a deleted tag.',
    because: (container) => `registry ${registry(container)} has no such name or tag`,
    group: (container, text) => `image not found in registry ${registry(container)}${answered(text)}`,
    next: correctImage,
  },
  {
    id: 'P2',
    name: 'The registry does not allow the pull',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; 401, 403, denied, or no credentials.',
    explain:
      'The registry requires credentials for this image, or the name is wrong: many registries do not distinguish these cases. Credentials come from imagePullSecrets of the pod or its service account, or from the node.',
    because: (container, text) =>
      `registry ${registry(container)} refuses it without valid credentials${answered(text)}, or the name is wrong (${secrets(container)})`,
    group: (container, text) => `image refused by registry ${registry(container)}${answered(text)}`,
    next: (container) => [
      look(
        'List the pull secrets that apply',
        container.pod.kubectl(
          'get',
          'serviceaccount',
          container.pod.pod.spec?.serviceAccountName ?? 'default',
          '-o',
          'yaml',
        ),
      ),
      ...correctImage(container).slice(1),
      change(
        'Create a pull secret and add it to imagePullSecrets',
        container.pod.kubectl(
          'create',
          'secret',
          'docker-registry',
          'NAME',
          `--docker-server=${registry(container)}`,
        ),
        'create secrets',
      ),
    ],
  },
  {
    id: 'P3',
    name: 'The registry limits the rate of pulls',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; 429, too many requests.',
    explain:
      'The registry limits pulls per address, and this limit is reached. It works again later; credentials or a mirror raise the limit.',
    because: (container) => `registry ${registry(container)} limits the rate of pulls`,
    group: (container) => `registry ${registry(container)} limits the rate of pulls (429)`,
    next: () => [
      look('Wait: the kubelet retries automatically'),
      change('Pull with credentials, or through a mirror'),
    ],
  },
  {
    id: 'P4',
    name: 'The registry is not reachable',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; no such host, timeout, connection refused, 5xx.',
    explain:
      'The node cannot reach the registry: its name does not resolve, a firewall or proxy blocks it, or the registry is down.',
    because: (container, text) =>
      `node ${container.pod.node ?? '?'} cannot reach registry ${registry(container)}: ${lastClause(text)}`,
    group: (container, text) => `registry ${registry(container)} is not reachable${answered(text)}`,
    next: (container) => [
      look('Check the registry’s host name'),
      ...correctImage(container).slice(0, 1),
      nodeAdmins,
    ],
  },
  {
    id: 'P5',
    name: 'The registry’s certificate is not trusted',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; x509, or an HTTP response to an HTTPS request.',
    explain:
      'The node does not trust the registry’s certificate, the certificate is for another name or has expired, or the registry speaks plain HTTP.',
    because: (container, text) =>
      `node ${container.pod.node ?? '?'} cannot establish TLS with registry ${registry(container)}: ${lastClause(text)}`,
    group: (container) => `the certificate of registry ${registry(container)} is not trusted`,
    next: () => [look('Ask the administrators to check the registry’s certificate and its CA on the nodes')],
  },
  {
    id: 'N7',
    level: 3,
    name: 'The clock of the node is wrong',
    shows: 'A certificate is not yet valid, and the current time in the message is before its validity.',
    explain: 'If a certificate is "not yet valid" at a time that is long past, the node’s clock is wrong.',
    because: (container, text) =>
      `the clock of node ${container.pod.node ?? '?'} is wrong: ${/current time \S+/i.exec(text)?.[0] ?? ''}`,
    group: (container) => `the clock of node ${container.pod.node ?? '?'} is wrong`,
    next: () => [nodeAdmins],
  },
  {
    id: 'P6',
    name: 'The image is for another architecture',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; no match for the platform in the manifest.',
    explain:
      'The image exists, but not for this node’s architecture and operating system. Build it for several platforms, or select matching nodes.',
    because: (container) => `it is not built for the architecture of node ${container.pod.node ?? '?'}`,
    group: () => 'image built for another architecture',
    next: () => [change('Use an image for that architecture, or select nodes by kubernetes.io/arch')],
  },
  {
    id: 'P11',
    name: 'The image file system of the node is full',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff; no space left on device.',
    explain: 'The node has no space to unpack the image.',
    because: (container) => `the disk of node ${container.pod.node ?? '?'} is full`,
    group: (container) => `the disk of node ${container.pod.node ?? '?'} is full`,
    next: () => [nodeAdmins],
  },
  {
    id: 'P12',
    name: 'The image is refused or damaged on the node',
    shows:
      'Waiting: SignatureValidationFailed, ImageInspectError, RegistryUnavailable, ImageVolumeMountFailed.',
    explain:
      'The node’s policy rejects the image’s signature, the image is damaged on the node, or an image volume cannot be mounted.',
    because: (_, text) => lastClause(text),
    group: () => 'images refused or damaged on the node',
    next: () => [nodeAdmins],
  },
  {
    id: 'P13',
    name: 'The kubelet limits the rate of pulls',
    shows: 'Waiting: ErrImagePull; pull QPS exceeded.',
    explain:
      'Many pods start on the node at once, and its kubelet limits the rate of pulls. It retries automatically.',
    severity: 'note',
    because: () => 'the kubelet limits the rate of pulls; it retries automatically',
    group: () => 'the kubelet limits the rate of pulls',
    next: () => [look('Wait')],
  },
];

const says = ({ name, label, image, pod }: ContainerView, because: string) =>
  `Image ${image === '' ? `of ${name}` : image} for ${label} of ${pod.ref} cannot be pulled: ${because}`;

/** States in which the runtime refuses an image for reasons other than the pull. */
const UNUSABLE = [
  'SignatureValidationFailed',
  'ImageInspectError',
  'RegistryUnavailable',
  'ImageVolumeMountFailed',
];

export const IMAGE_RULES: readonly Rule<'container'>[] = [
  ...ROWS.map((row) =>
    rule('container', {
      id: row.id,
      level: row.level ?? 7,
      name: row.name,
      shows: row.shows,
      explain: row.explain,
      ...(row.severity === undefined ? {} : { severity: row.severity }),
      find(container): Match | undefined {
        const failure = pullFailure(container);
        if (row.id === 'P12' && container.waitsFor(...UNUSABLE)) {
          const { reason = '', message = '' } = container.waiting ?? {};
          return {
            title: says(container, `${reason}: ${message}`),
            group: row.group(container, message),
            evidence: [container.waitingFact()],
            next: row.next(container, message),
          };
        }
        if (
          failure === undefined ||
          container.waitsFor('RegistryUnavailable') ||
          classifyPull(failure.text) !== row.id
        )
          return undefined;
        return {
          title: says(container, row.because(container, failure.text)),
          group: row.group(container, failure.text),
          evidence: [failure.fact],
          next: row.next(container, failure.text),
        };
      },
    }),
  ),
  rule('container', {
    id: 'P14',
    level: 7,
    name: 'The image cannot be pulled, for another reason',
    shows: 'Waiting: ErrImagePull or ImagePullBackOff with an unknown message, or without one.',
    explain:
      'The pull failed. If the status only says that the kubelet waits, the event with the reason has expired: the next attempt, within five minutes, creates a new one.',
    find(container) {
      const failure = pullFailure(container);
      if (
        failure === undefined ||
        container.waitsFor('RegistryUnavailable') ||
        classifyPull(failure.text) !== undefined
      )
        return undefined;
      const silent = failure.text === '';
      return {
        title: says(container, silent ? 'the reason is no longer known' : lastClause(failure.text)),
        group: 'images that cannot be pulled',
        evidence: [failure.fact],
        ...(silent ? { confidence: 'unknown' as const } : {}),
        next: [
          look('See the result of the next attempt', container.pod.describe()),
          ...correctImage(container).slice(1),
        ],
      };
    },
  }),
  rule('container', {
    id: 'P7',
    level: 7,
    name: 'The image is not on the node, and must not be pulled',
    shows: 'Waiting: ErrImageNeverPull.',
    explain: 'imagePullPolicy is Never, and the node does not have the image.',
    find(container) {
      if (!container.waitsFor('ErrImageNeverPull')) return undefined;
      return {
        title: `Image ${container.image} for ${container.label} of ${container.pod.ref} is not on node ${container.pod.node ?? '?'}, and imagePullPolicy Never forbids pulling it`,
        group: 'images that are not on the node and may not be pulled',
        evidence: [container.waitingFact()],
        next: [change('Use imagePullPolicy IfNotPresent, or load the image onto the node')],
      };
    },
  }),
  rule('container', {
    id: 'P8',
    level: 7,
    name: 'The image reference is not valid',
    shows: 'Waiting: InvalidImageName.',
    explain:
      'This is not an image reference, so it is not pulled: upper-case letters, blanks, a leading https://, or an empty variable.',
    find(container) {
      if (!container.waitsFor('InvalidImageName')) return undefined;
      return {
        title: `"${container.image}" is not a valid image reference (${container.label} of ${container.pod.ref})`,
        group: 'image references that are not valid',
        evidence: [container.waitingFact()],
        next: correctImage(container).slice(1),
      };
    },
  }),
  rule('container', {
    id: 'P9',
    level: 7,
    name: 'A pull secret is missing',
    shows: 'Event FailedToRetrieveImagePullSecret; only relevant if the pull fails.',
    explain:
      'The pod references a pull secret that does not exist. Images that need no credentials can still be pulled.',
    severity: 'effect',
    find(container) {
      if (!container.waitsFor(...PULLING)) return undefined;
      const event = container.pod.events.find('FailedToRetrieveImagePullSecret');
      if (event === undefined || classifyPull(pullFailure(container)?.text ?? '') !== 'P2') return undefined;
      const names = /\(([^)]*)\)/.exec(event.message)?.[1] ?? '';
      return {
        title: `Pull secret ${names} of ${container.pod.ref} does not exist`,
        group: `pull secret ${names} does not exist`,
        evidence: [container.pod.events.fact(event)],
        next: [change('Create the Secret, or correct imagePullSecrets')],
      };
    },
  }),
  rule('container', {
    id: 'P10',
    level: 7,
    name: 'The image is still being pulled',
    shows: 'Event Pulling without Pulled or Failed, for more than a minute.',
    explain:
      'The image is large, the network is slow, or other pulls on the node come first: pulls may be serialized.',
    severity: 'note',
    find(container) {
      if (!container.waitsFor('ContainerCreating', 'PodInitializing')) return undefined;
      const event = container.events.find('Pulling');
      const ended = container.events.find(['Pulled', 'Failed', 'BackOff']);
      if (
        event === undefined ||
        (ended !== undefined && ended.last >= event.last) ||
        container.pod.now - event.last < MINUTE
      )
        return undefined;
      return {
        title: `Image ${container.image} for ${container.label} of ${container.pod.ref} has been pulled for ${span(container.pod.now - event.last)}`,
        group: 'images are still being pulled',
        evidence: [container.events.fact(event)],
        next: [look('Wait, or see how large the image is')],
      };
    },
  }),
];
