import type { Pod, Service } from 'kubernetes-types/core/v1.d.ts';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.d.ts';
import { change, look } from '../steps.ts';
import type { Rule } from '../rule.ts';
import { rule } from '../rule.ts';
import { MINUTE, SECOND, since } from '../time.ts';
import type { ObjectView } from '../view/object-view.ts';

type ServiceView = ObjectView<Service>;

const SERVICE_NAME = 'kubernetes.io/service-name';

export const selectorOf = (view: ServiceView) => Object.entries(view.object.spec?.selector ?? {});

/** Whether a pod has all labels of a selector. */
export function selects(selector: readonly (readonly [string, string])[], pod: Pod): boolean {
  return selector.length > 0 && selector.every(([key, value]) => pod.metadata?.labels?.[key] === value);
}

function slicesOf(view: ServiceView): readonly EndpointSlice[] | undefined {
  return view.evidence.slices?.filter(({ metadata }) => metadata?.labels?.[SERVICE_NAME] === view.name);
}

const endpoints = (slices: readonly EndpointSlice[]) => slices.flatMap((slice) => slice.endpoints ?? []);
const words = (selector: readonly (readonly [string, string])[]) =>
  selector.map(([key, value]) => `${key}=${value}`).join(',');

/** Pods that the Service selects; undefined if pods were not read. */
function selected(view: ServiceView): Pod[] | undefined {
  const selector = selectorOf(view);
  return view.evidence.pods?.filter((pod) => selects(selector, pod));
}

/** The pod whose labels are most similar to a selector, and the difference. */
function nearest(view: ServiceView): string {
  const selector = selectorOf(view);
  const scored = (view.evidence.pods ?? []).flatMap((pod) => {
    const off = selector.filter(([key, value]) => pod.metadata?.labels?.[key] !== value);
    const known = off.filter(([key]) => pod.metadata?.labels?.[key] !== undefined).length;
    return off.length < selector.length || known > 0 ? [{ pod, off }] : [];
  });
  const [best] = scored.sort((a, b) => a.off.length - b.off.length);
  if (best === undefined) return '';
  const differences = best.off.map(
    ([key, value]) => `${key} is ${best.pod.metadata?.labels?.[key] ?? 'absent'} instead of ${value}`,
  );
  return `; pod ${best.pod.metadata?.name ?? ''} is the closest match: ${differences.join(', ')}`;
}

/** Whether a workload that the Service would select is scaled to zero on purpose. */
function isScaledToZero(view: ServiceView): boolean {
  const selector = selectorOf(view);
  return (view.evidence.workloads ?? []).some((workload) => {
    const { spec } = workload as {
      spec?: { replicas?: number; template?: { metadata?: { labels?: Record<string, string> } } };
    };
    const labels = spec?.template?.metadata?.labels ?? {};
    return spec?.replicas === 0 && selector.every(([key, value]) => labels[key] === value);
  });
}

/** Not an ExternalName, and not the API server's own Service, whose endpoints it writes itself. */
const isTyped = (view: ServiceView) =>
  view.object.spec?.type !== 'ExternalName' && !(view.name === 'kubernetes' && view.namespace === 'default');
const showService = (view: ServiceView) =>
  look('See its selector and ports', view.kubectl('get', view.ref, '-o', 'yaml'));
const selectorFact = (view: ServiceView) => view.fact('spec.selector', words(selectorOf(view)));

export const REACH_RULES: readonly Rule<'service'>[] = [
  rule('service', {
    id: 'E1',
    level: 12,
    name: 'The Service selects no pod',
    shows: 'No pod has the labels of spec.selector, and the EndpointSlices are empty.',
    explain:
      'A Service selects pods by their labels, and no pod has these: a typo in the selector or the labels, or the workload does not exist.',
    find(view) {
      const pods = selected(view);
      const slices = slicesOf(view);
      if (selectorOf(view).length === 0 || !isTyped(view) || isScaledToZero(view)) return undefined;
      if (pods === undefined || pods.length > 0) return undefined;
      if (slices !== undefined && endpoints(slices).length > 0) return undefined;
      return {
        title: `${view.ref} selects no pod: none has the labels ${words(selectorOf(view))}${nearest(view)}`,
        group: 'Services that select no pod',
        evidence: [selectorFact(view)],
        next: [
          look('List the labels of the pods', view.kubectl('get', 'pods', '--show-labels')),
          change(
            "Correct the Service's selector, or the labels in the workload's template",
            view.kubectl('edit', view.ref),
            'update services',
          ),
        ],
      };
    },
  }),
  rule('service', {
    id: 'E2',
    level: 12,
    name: 'No container has the named target port',
    shows:
      'targetPort is a name that no container port of the selected pods has; the EndpointSlice has endpoints without ports.',
    explain: 'A named targetPort refers to a port that the containers declare, and none has that name.',
    find(view) {
      const pods = selected(view) ?? [];
      if (pods.length === 0) return undefined;
      const named = (view.object.spec?.ports ?? []).flatMap(({ targetPort }) =>
        typeof targetPort === 'string' && !/^\d+$/.test(targetPort) ? [targetPort] : [],
      );
      const known = pods.flatMap(({ spec }) =>
        [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].flatMap(({ ports }) =>
          (ports ?? []).map(({ name }) => name),
        ),
      );
      const missing = named.filter((name) => !known.includes(name));
      if (missing.length === 0) return undefined;
      const has = [...new Set(known.flatMap((name) => name ?? []))];
      return {
        title: `${view.ref} has targetPort ${missing.join(', ')}, but no container of its pods has a port with that name${has.length === 0 ? '' : ` (they have ${has.join(', ')})`}`,
        group: 'Services whose named target port no container has',
        evidence: [view.fact('spec.ports[*].targetPort', missing.join(', '))],
        next: [
          change(
            'Name the port in the containers, or use its number as targetPort',
            view.kubectl('edit', view.ref),
            'update services',
          ),
        ],
      };
    },
  }),
  rule('service', {
    id: 'E10',
    level: 12,
    name: 'The last pods of the Service are terminating',
    shows: 'All endpoints are terminating.',
    explain: 'All pods of the Service are being deleted, and no pod has replaced them.',
    find(view) {
      const all = endpoints(slicesOf(view) ?? []);
      if (all.length === 0 || !all.every(({ conditions }) => conditions?.terminating === true))
        return undefined;
      return {
        title: `${view.ref} is about to lose all pods: all ${all.length} endpoints are terminating`,
        group: 'Services whose last pods are terminating',
        evidence: [view.fact('endpoints terminating', all.length)],
        next: [look('See the pods', view.kubectl('get', 'pods', '-l', words(selectorOf(view))))],
      };
    },
  }),
  rule('service', {
    id: 'E3',
    level: 12,
    name: 'No pod of the Service is ready',
    shows: 'The EndpointSlices have endpoints, but none is ready.',
    explain:
      'The Service selects pods, but sends them no traffic because they are not ready. The cause is in the pods.',
    severity: 'effect',
    yieldsTo: ['E10'],
    find(view) {
      if (view.object.spec?.publishNotReadyAddresses === true) return undefined;
      const all = endpoints(slicesOf(view) ?? []);
      const pods = selected(view) ?? [];
      const unready =
        pods.length > 0 &&
        pods.every(
          ({ status }) =>
            status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') !==
            true,
        );
      if (all.length === 0 ? !unready : all.some(({ conditions }) => conditions?.ready !== false))
        return undefined;
      const young =
        pods.length > 0 &&
        pods.every(({ metadata }) => (since(metadata?.creationTimestamp, view.now) ?? MINUTE) < 15 * SECOND);
      if (young) return undefined;
      return {
        title: `${view.ref} has no ready endpoints: none of its ${Math.max(all.length, pods.length)} pods is ready`,
        group: 'Services without a ready pod',
        evidence: [selectorFact(view), view.fact('endpoints ready', '0')],
        next: [look('See the pods', view.kubectl('get', 'pods', '-l', words(selectorOf(view))))],
      };
    },
  }),
  rule('service', {
    id: 'E9',
    level: 12,
    name: 'The EndpointSlices are out of date',
    shows: 'A selected pod has been ready for more than 30 s, but no EndpointSlice has its address.',
    explain: 'The EndpointSlice controller is delayed or down; contact the administrators.',
    yieldsTo: ['E2', 'E10'],
    find(view) {
      const slices = slicesOf(view);
      if (slices === undefined || !isTyped(view)) return undefined;
      const addresses = new Set(endpoints(slices).flatMap(({ addresses: some }) => some));
      const lost = (selected(view) ?? []).find((pod) => {
        const ready = pod.status?.conditions?.find(
          ({ type, status }) => type === 'Ready' && status === 'True',
        );
        const { podIP } = pod.status ?? {};
        const age = since(ready?.lastTransitionTime, view.now) ?? Number.POSITIVE_INFINITY;
        return (
          ready !== undefined &&
          pod.metadata?.deletionTimestamp == null &&
          podIP !== undefined &&
          age > 30 * SECOND &&
          !addresses.has(podIP)
        );
      });
      if (lost === undefined) return undefined;
      return {
        title: `Pod ${lost.metadata?.name ?? ''} is ready, but is not an endpoint of ${view.ref}: its EndpointSlices are out of date`,
        group: 'Services whose EndpointSlices are out of date',
        evidence: [selectorFact(view), view.fact('endpoints', [...addresses].join(', ') || 'none')],
        next: [
          look(
            'Ask the administrators whether the EndpointSlice controller is running',
            view.kubectl('get', 'endpointslices', '-l', `${SERVICE_NAME}=${view.name}`),
          ),
        ],
      };
    },
  }),
  rule('service', {
    id: 'E4',
    level: 12,
    name: 'The pods do not declare the target port',
    shows: 'targetPort is a number, and the containers declare only other ports.',
    explain:
      'Containers need not declare their ports, so this is only a hint: the program may still listen there.',
    severity: 'note',
    confidence: 'low',
    yieldsTo: ['E2'],
    find(view) {
      const pods = selected(view) ?? [];
      const ports = pods.flatMap(({ spec }) =>
        (spec?.containers ?? []).flatMap((container) =>
          (container.ports ?? []).map(({ containerPort }) => containerPort),
        ),
      );
      const odd = (view.object.spec?.ports ?? []).flatMap(({ targetPort, port }) => {
        const number =
          typeof targetPort === 'number' ? targetPort : targetPort === undefined ? port : Number(targetPort);
        return Number.isInteger(number) && !ports.includes(number) ? [number] : [];
      });
      if (ports.length === 0 || odd.length === 0) return undefined;
      return {
        title: `${view.ref} has targetPort ${odd.join(', ')}, but its pods declare only ${[...new Set(ports)].join(', ')}`,
        evidence: [view.fact('spec.ports[*].targetPort', odd.join(', '))],
        confidence: 'low',
        next: [look('Check whether the program listens on that port')],
      };
    },
  }),
  rule('service', {
    id: 'E5',
    level: 12,
    name: 'The Service has no selector and no endpoints',
    shows: 'spec.selector is empty, and there is no EndpointSlice with an address.',
    explain: 'Without a selector, EndpointSlices must be created manually, and there are none.',
    find(view) {
      const slices = slicesOf(view);
      if (
        selectorOf(view).length > 0 ||
        !isTyped(view) ||
        slices === undefined ||
        endpoints(slices).length > 0
      )
        return undefined;
      return {
        title: `${view.ref} has no selector, and no EndpointSlices`,
        evidence: [view.fact('spec.selector', 'absent')],
        next: [showService(view), change('Set a selector, or create an EndpointSlice')],
      };
    },
  }),
  rule('service', {
    id: 'E8',
    level: 12,
    name: 'The load balancer has no address yet',
    shows:
      'type LoadBalancer, and status.loadBalancer has been empty for more than two minutes; event SyncLoadBalancerFailed.',
    explain:
      'The Service has no external address: no cloud or load balancer controller is running, or it fails, with the message of its event.',
    find(view) {
      if (view.object.spec?.type !== 'LoadBalancer' || view.age < 2 * MINUTE) return undefined;
      if ((view.object.status?.loadBalancer?.ingress ?? []).length > 0) return undefined;
      const event = view.events.find([
        'SyncLoadBalancerFailed',
        'CreatingLoadBalancerFailed',
        'AllocationFailed',
      ]);
      return {
        title: `${view.ref} has no external address${event === undefined ? ': no controller has assigned one' : `: ${event.message}`}`,
        evidence: [
          view.fact('status.loadBalancer', 'empty'),
          ...(event === undefined ? [] : [view.events.fact(event)]),
        ],
        confidence: event === undefined ? 'inferred' : 'high',
        next: [look('See the events of its controller', view.describe())],
      };
    },
  }),
];

export const INGRESS_RULES: readonly Rule<'ingress'>[] = [
  rule('ingress', {
    id: 'E7',
    level: 12,
    name: 'The Ingress refers to a missing Service or port',
    shows: 'A backend refers to a Service, or a port of it, that does not exist.',
    explain: 'The Ingress controller can route traffic only to an existing Service and port.',
    find(view) {
      const { services } = view.evidence;
      if (services === undefined) return undefined;
      const backends = [
        view.object.spec?.defaultBackend,
        ...(view.object.spec?.rules ?? []).flatMap(({ http }) =>
          (http?.paths ?? []).map(({ backend }) => backend),
        ),
      ];
      const missing = backends.flatMap((backend) => {
        const wanted = backend?.service;
        if (wanted === undefined) return [];
        const service = services.find(({ metadata }) => metadata?.name === wanted.name);
        if (service === undefined) return [`Service ${wanted.name}`];
        const ports = service.spec?.ports ?? [];
        const has = ports.some(
          ({ port, name }) =>
            port === wanted.port?.number || (wanted.port?.name !== undefined && name === wanted.port.name),
        );
        return wanted.port === undefined || has
          ? []
          : [`port ${wanted.port.name ?? wanted.port.number ?? '?'} of Service ${wanted.name}`];
      });
      if (missing.length === 0) return undefined;
      return {
        title: `${view.ref} refers to ${[...new Set(missing)].join(', ')}, which does not exist`,
        group: 'Ingresses that refer to missing Services or ports',
        evidence: [view.fact('spec.rules', [...new Set(missing)].join(', '))],
        next: [
          look('List the Services', view.kubectl('get', 'services')),
          change('Correct the backend', view.kubectl('edit', view.ref), 'update ingresses'),
        ],
      };
    },
  }),
];

export const REACH_POD_RULES: readonly Rule<'pod'>[] = [
  rule('pod', {
    id: 'E11',
    level: 12,
    name: 'The DNS configuration of the pod is incomplete',
    shows: 'Event DNSConfigForming or MissingClusterDNS.',
    explain:
      'The search list exceeds the limit and was truncated, or the node’s kubelet has no cluster DNS configured. Names may not resolve.',
    severity: 'note',
    find(pod) {
      const event = pod.events.find(['DNSConfigForming', 'MissingClusterDNS']);
      if (event === undefined) return undefined;
      return {
        title: `The DNS configuration of ${pod.ref} is incomplete: ${event.message}`,
        evidence: [pod.events.fact(event)],
      };
    },
  }),
];
