import { selectorMatches } from '../machinery/selectors/label-selector.ts';
import { randomSuffix } from '../machinery/generated-name.ts';
import type { ServiceObject, ServicePort } from '../resources/kinds/service.ts';
import { asPod, type PodObject } from '../resources/pods/types.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { ControllerClient } from './api-client.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';
import { controllerReference, hasEnded, isReady, isTerminating } from './workloads/owned-pods.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const SERVICE_LABEL = 'kubernetes.io/service-name';
const MANAGER_LABEL = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

interface Target {
  kind: 'Pod';
  namespace: string;
  name: string;
  uid: string;
}

/** Maintains the Endpoints and EndpointSlices of Services with a selector. Returns the stop function. */
export function startEndpoints(client: ControllerClient): () => void {
  const { store } = client;
  const queue = new WorkQueue((key) => {
    const [namespace, name] = splitKey(key);
    const service = store.get<ServiceObject>('services', namespace, name);
    if (service === undefined) removeFor(client, namespace, name);
    else if (Object.keys(service.spec.selector ?? {}).length > 0) reconcile(client, service);
  });
  const podChanged = (pod: KubeObject): void => {
    for (const service of store.list<ServiceObject>('services', pod.metadata.namespace)) {
      if (selects(service, pod)) queue.add(keyOf(service));
    }
  };
  const stops = [
    store.subscribe('services', ({ object }) => {
      queue.add(keyOf(object));
    }),
    store.subscribe('pods', ({ object, previous }) => {
      podChanged(object);
      if (previous !== undefined) podChanged(previous);
    }),
  ];
  for (const service of store.list('services')) queue.add(keyOf(service));
  return () => {
    for (const stop of stops) stop();
    queue.stop();
  };
}

function selects(service: ServiceObject, pod: KubeObject): boolean {
  const selector = service.spec.selector ?? {};
  return Object.keys(selector).length > 0 && selectorMatches({ matchLabels: selector }, pod.metadata.labels);
}

function reconcile(client: ControllerClient, service: ServiceObject): void {
  const { namespace = '' } = service.metadata;
  const pods = client.store
    .list('pods', namespace)
    .filter((pod) => selects(service, pod))
    .map(asPod)
    .filter((pod) => (pod.status.podIP ?? '') !== '' && !hasEnded(pod));
  writeSlice(client, service, pods);
  writeEndpoints(client, service, pods);
}

function targetOf(pod: PodObject): Target {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid };
}

/** The port number of a Service's target port in a pod, which may be given by the name of a container port. */
function portNumber(port: ServicePort, pod: PodObject | undefined): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  return pod?.spec.containers
    ?.flatMap((container) => container.ports ?? [])
    .find((own) => own.name === target && (own.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
    ?.containerPort;
}

function portsOf(service: ServiceObject, pods: readonly PodObject[]): Record<string, unknown>[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = portNumber(port, pods[0]);
    return number === undefined
      ? []
      : [{ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: number }];
  });
}

function writeSlice(client: ControllerClient, service: ServiceObject, pods: readonly PodObject[]): void {
  const { namespace = '', name = '' } = service.metadata;
  const endpoints = pods.map((pod) => {
    const ready = isReady(pod);
    const terminating = isTerminating(pod);
    return {
      addresses: [pod.status.podIP ?? ''],
      conditions: {
        ready: (ready && !terminating) || service.spec.publishNotReadyAddresses === true,
        serving: ready,
        terminating,
      },
      targetRef: targetOf(pod),
      ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    };
  });
  const content = { addressType: 'IPv4', endpoints, ports: portsOf(service, pods) };
  const found = slicesOf(client, namespace, name)[0];
  if (found !== undefined) {
    client.store.update<KubeObject>(SLICES, namespace, found.metadata.name ?? '', (draft) => {
      Object.assign(draft, content);
    });
    return;
  }
  client.store.create(SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${randomSuffix()}`,
      generateName: `${name}-`,
      namespace,
      generation: 1,
      labels: {
        ...service.metadata.labels,
        [MANAGER_LABEL]: MANAGER,
        [SERVICE_LABEL]: name,
        ...(service.spec.clusterIP === 'None' ? { [HEADLESS_LABEL]: '' } : {}),
      },
      ownerReferences: [controllerReference({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    ...content,
  });
}

function slicesOf(client: ControllerClient, namespace: string, service: string): KubeObject[] {
  return client.store
    .list(SLICES, namespace)
    .filter((slice) => slice.metadata.labels?.[SERVICE_LABEL] === service);
}

function writeEndpoints(client: ControllerClient, service: ServiceObject, pods: readonly PodObject[]): void {
  const { namespace = '', name = '' } = service.metadata;
  const addressOf = (pod: PodObject): object => ({
    ip: pod.status.podIP ?? '',
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: targetOf(pod),
  });
  const isServing = (pod: PodObject): boolean =>
    (isReady(pod) && !isTerminating(pod)) || service.spec.publishNotReadyAddresses === true;
  const serving = pods.filter(isServing).map(addressOf);
  const waiting = pods.filter((pod) => !isServing(pod) && !isTerminating(pod)).map(addressOf);
  const ports = portsOf(service, pods).map(({ name: portName, port, protocol }) =>
    portName === '' ? { port, protocol } : { name: portName, port, protocol },
  );
  const subsets =
    serving.length + waiting.length === 0
      ? undefined
      : [
          {
            ...(serving.length === 0 ? {} : { addresses: serving }),
            ...(waiting.length === 0 ? {} : { notReadyAddresses: waiting }),
            ports,
          },
        ];
  const apply = (draft: KubeObject): void => {
    if (subsets === undefined) delete draft['subsets'];
    else draft['subsets'] = subsets;
  };
  if (client.store.get('endpoints', namespace, name) !== undefined) {
    client.store.update<KubeObject>('endpoints', namespace, name, apply);
    return;
  }
  const created: KubeObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      namespace,
      labels: {
        ...service.metadata.labels,
        'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
      },
    },
  };
  apply(created);
  client.store.create('endpoints', created);
}

function removeFor(client: ControllerClient, namespace: string, name: string): void {
  client.store.remove('endpoints', namespace, name);
  for (const slice of slicesOf(client, namespace, name)) {
    client.store.remove(SLICES, namespace, slice.metadata.name ?? '');
  }
}
