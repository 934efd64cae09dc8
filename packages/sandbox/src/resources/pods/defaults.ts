import type { ContainerPort, LifecycleHandler } from 'kubernetes-types/core/v1.d.ts';
import { defaultPullPolicy } from './image.ts';
import { defaultPodResources } from './pod-resources.ts';
import type { Container, PodObject, PodSpec, Probe } from './types.ts';
import { defaultVolume } from './volume-defaults.ts';

const GRACE_PERIOD_SECONDS = 30;

/** Sets the defaults of a Pod, as the API server does when it decodes one. */
export function defaultPod(pod: PodObject): void {
  pod.spec ??= {};
  for (const container of [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]) {
    defaultRequests(container);
  }
  defaultPodResources(pod.spec);
  pod.spec.enableServiceLinks ??= true;
  defaultPodSpec(pod.spec);
  if (pod.spec.hostNetwork === true) defaultHostPorts(pod.spec);
}

/** Sets the defaults in the spec of a pod or a pod template. */
export function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.restartPolicy ??= 'Always';
  spec.securityContext ??= {};
  spec.terminationGracePeriodSeconds ??= GRACE_PERIOD_SECONDS;
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined) {
    spec.serviceAccountName = spec.serviceAccount;
  }
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const container of [
    ...(spec.containers ?? []),
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]) {
    defaultContainer(container);
  }
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: Container): void {
  container.imagePullPolicy ??= defaultPullPolicy(container.image ?? '');
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  for (const port of container.ports ?? []) port.protocol ??= 'TCP';
  for (const variable of container.env ?? []) {
    const field = variable.valueFrom?.fieldRef;
    if (field !== undefined) field.apiVersion ??= 'v1';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) defaultProbe(probe);
  }
  defaultHandler(container.lifecycle?.postStart);
  defaultHandler(container.lifecycle?.preStop);
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
  defaultHandler(probe);
}

function defaultHandler(handler: LifecycleHandler | undefined): void {
  const request = handler?.httpGet;
  if (request === undefined) return;
  request.path ??= '/';
  request.scheme ??= 'HTTP';
}

/** The default of a request is the limit. */
function defaultRequests(container: Container): void {
  const limits = container.resources?.limits;
  if (container.resources === undefined || limits === undefined) return;
  const requests: Record<string, string> = { ...limits, ...container.resources.requests };
  container.resources.requests = Object.fromEntries(
    Object.entries(requests).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** With hostNetwork, the default of a hostPort is the containerPort. */
function defaultHostPorts(spec: PodSpec): void {
  const ports: ContainerPort[] = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].flatMap(
    (container) => container.ports ?? [],
  );
  for (const port of ports) port.hostPort ??= port.containerPort;
}
