import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { addQuantities, compareQuantities } from '../../machinery/quantity.ts';
import { type HostPort, hostPortsOf } from './host-ports.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store, StoreEvent } from '../../store/types.ts';

type StoredPod = Pod & KubeObject;
type Amounts = Readonly<Record<string, string>>;

interface Node {
  /** The requests of each pod, by uid. */
  pods: Map<string, Amounts>;
  /** The sums; undefined if they must be recomputed. */
  total: Map<string, string> | undefined;
  /** Host ports by uid, only of pods that use some. */
  hostPorts: Map<string, HostPort[]>;
}

/** The sum of the requests on each node, updated incrementally so that thousands of pods can be scheduled. */
export class NodeUsage {
  readonly #nodes = new Map<string, Node>();
  /** The node of each pod, by the pod's uid. */
  readonly #places = new Map<string, string>();
  readonly #unsubscribe: () => void;

  constructor(store: Store) {
    this.#unsubscribe = store.subscribe<StoredPod>('pods', (event) => this.#note(event));
    for (const pod of store.list<StoredPod>('pods')) this.#count(pod);
  }

  /** The number of pods on a node that have not terminated. */
  pods(node: string): number {
    return this.#nodes.get(node)?.pods.size ?? 0;
  }

  requested(node: string, resource: string): string {
    const known = this.#nodes.get(node);
    if (known === undefined) return '0';
    if (known.total === undefined) {
      known.total = new Map();
      for (const amounts of known.pods.values()) add(known.total, amounts);
    }
    return known.total.get(resource) ?? '0';
  }

  /** The host ports that a node's pods use. */
  hostPorts(node: string): HostPort[] {
    return [...(this.#nodes.get(node)?.hostPorts.values() ?? [])].flat();
  }

  stop(): void {
    this.#unsubscribe();
  }

  #note({ type, object }: StoreEvent<StoredPod>): void {
    if (type === 'DELETED' || isOver(object.status?.phase)) this.#forget(object);
    else this.#count(object);
  }

  #count(pod: StoredPod): void {
    const { uid = '' } = pod.metadata;
    const name = pod.spec?.nodeName ?? '';
    if (name === '' || isOver(pod.status?.phase)) return;
    const amounts = requestsOf(pod);
    const before = this.#nodes.get(name)?.pods.get(uid);
    if (before !== undefined && sameAmounts(before, amounts)) return;
    this.#forget(pod);
    const node = this.#nodes.get(name) ?? newNode();
    this.#nodes.set(name, node);
    this.#places.set(uid, name);
    node.pods.set(uid, amounts);
    const ports = hostPortsOf(pod);
    if (ports.length > 0) node.hostPorts.set(uid, ports);
    if (node.total !== undefined) add(node.total, amounts);
  }

  #forget({ metadata: { uid = '' } }: StoredPod): void {
    const node = this.#nodes.get(this.#places.get(uid) ?? '');
    this.#places.delete(uid);
    const amounts = node?.pods.get(uid);
    if (node === undefined || amounts === undefined) return;
    node.pods.delete(uid);
    node.hostPorts.delete(uid);
    if (Object.keys(amounts).length > 0) node.total = undefined;
  }
}

function newNode(): Node {
  return { pods: new Map(), total: new Map(), hostPorts: new Map() };
}

/** A pod's requests: the sum of its containers, or its largest init container if that is more. */
export function requestsOf({ spec }: Pod): Record<string, string> {
  const total: Record<string, string> = {};
  for (const container of spec?.containers ?? []) {
    for (const [resource, amount] of requests(container)) {
      total[resource] = addQuantities(total[resource] ?? '0', amount);
    }
  }
  for (const container of spec?.initContainers ?? []) {
    for (const [resource, amount] of requests(container)) {
      if (compareQuantities(amount, total[resource] ?? '0') > 0) total[resource] = amount;
    }
  }
  return total;
}

function requests({ resources }: Container): [string, string][] {
  return Object.entries((resources?.requests ?? {}) as Record<string, string>);
}

function add(total: Map<string, string>, amounts: Amounts): void {
  for (const [resource, amount] of Object.entries(amounts)) {
    total.set(resource, addQuantities(total.get(resource) ?? '0', amount));
  }
}

function sameAmounts(a: Amounts, b: Amounts): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function isOver(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
