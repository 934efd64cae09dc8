import type { KubeObject } from '../machinery/objects.ts';
import type { Store } from '../store/types.ts';
import { asPod, type PodObject } from '../resources/pods/types.ts';
import { qosClass } from '../resources/pods/qos.ts';
import { addQuantities, compareQuantities } from '../machinery/quantity.ts';
import type { WriteContext } from '../resources/rules.ts';
import { refusal } from './refusal.ts';

type Quantities = Record<string, string>;

export interface ResourceQuota extends KubeObject {
  spec?: { hard?: Quantities; scopes?: string[] };
  status?: { hard?: Quantities; used?: Quantities };
}

/** Object-count quotas with names from before `count/`. */
const COUNTED: Readonly<Record<string, string>> = {
  pods: 'pods',
  services: 'services',
  configmaps: 'configmaps',
  secrets: 'secrets',
  persistentvolumeclaims: 'persistentvolumeclaims',
  replicationcontrollers: 'replicationcontrollers',
  resourcequotas: 'resourcequotas',
};
const COMPUTE = new Set(['cpu', 'memory', 'ephemeral-storage']);

/** The usage of a quota's resources in its namespace. */
export function quotaUsage(quota: ResourceQuota, store: Store): Quantities {
  const namespace = quota.metadata.namespace ?? '';
  const used: Quantities = {};
  for (const name of Object.keys(quota.spec?.hard ?? {})) {
    const resource = countedResource(name);
    const objects = resource === undefined ? [] : store.list(resource, namespace);
    const pods = resource === undefined ? store.list('pods', namespace).map(asPod) : [];
    used[name] =
      resource === undefined
        ? pods
            .filter((pod) => counts(pod, quota))
            .reduce((sum, pod) => addQuantities(sum, podUsage(pod, name)), '0')
        : String(objects.filter((object) => resource !== 'pods' || counts(asPod(object), quota)).length);
  }
  return used;
}

/** The resource whose objects a quota name counts (`pods`, `count/deployments.apps`). */
function countedResource(name: string): string | undefined {
  return name.startsWith('count/') ? name.slice('count/'.length) : COUNTED[name];
}

/** Terminated pods do not count; a quota with scopes counts only pods in all of them. */
function counts(pod: PodObject, quota: ResourceQuota): boolean {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return false;
  return (quota.spec?.scopes ?? []).every((scope) => {
    const bestEffort = qosClass(pod.spec) === 'BestEffort';
    const terminating = pod.spec.activeDeadlineSeconds !== undefined;
    switch (scope) {
      case 'BestEffort':
        return bestEffort;
      case 'NotBestEffort':
        return !bestEffort;
      case 'Terminating':
        return terminating;
      case 'NotTerminating':
        return !terminating;
      default:
        return false;
    }
  });
}

/** A pod's request or limit of a compute resource: the sum of its containers, or the largest init container. */
function podUsage(pod: PodObject, name: string): string {
  const kind = name.startsWith('limits.') ? 'limits' : 'requests';
  const resource = name.replace(/^(?:limits|requests)\./, '');
  let sum = '0';
  for (const container of pod.spec.containers ?? []) {
    sum = addQuantities(sum, container.resources?.[kind]?.[resource] ?? '0');
  }
  for (const container of pod.spec.initContainers ?? []) {
    const own = container.resources?.[kind]?.[resource] ?? '0';
    if (container.restartPolicy === 'Always') sum = addQuantities(sum, own);
    else if (compareQuantities(own, sum) > 0) sum = own;
  }
  return sum;
}

/** Refuses a new object that would exceed a quota of its namespace. */
export function checkQuota(resource: string, object: KubeObject, context: WriteContext): void {
  const namespace = object.metadata.namespace ?? '';
  if (namespace === '') return;
  const quotas = context.store.list<ResourceQuota>('resourcequotas', namespace);
  for (const quota of quotas) checkOne(resource, object, quota, context);
}

function checkOne(resource: string, object: KubeObject, quota: ResourceQuota, context: WriteContext): void {
  const [plural = resource, ...rest] = resource.split('.');
  const isPod = resource === 'pods';
  if (isPod && !counts(asPod(object), quota)) return;
  const hard = quota.spec?.hard ?? {};
  const requested: Quantities = {};
  for (const name of Object.keys(hard)) {
    const counted = countedResource(name);
    if (counted === resource) requested[name] = '1';
    else if (counted === undefined && isPod) requested[name] = podUsage(asPod(object), name);
  }
  if (isPod) requireComputeResources(asPod(object), quota, Object.keys(requested));
  const used = quotaUsage(quota, context.store);
  const exceeded = Object.keys(requested)
    .filter((name) => compareQuantities(requested[name] ?? '0', '0') > 0)
    .filter(
      (name) =>
        compareQuantities(addQuantities(used[name] ?? '0', requested[name] ?? '0'), hard[name] ?? '0') > 0,
    )
    .sort();
  if (exceeded.length === 0) return;
  const list = (values: Quantities): string =>
    exceeded.map((name) => `${name}=${values[name] ?? '0'}`).join(',');
  const reason = `exceeded quota: ${quota.metadata.name}, requested: ${list(requested)}, used: ${list(used)}, limited: ${list(hard)}`;
  throw refusal(plural, rest.join('.'), object, reason);
}

/** With a quota on compute resources, every container must specify them. */
function requireComputeResources(pod: PodObject, quota: ResourceQuota, names: readonly string[]): void {
  const missing: string[] = [];
  for (const name of names.toSorted()) {
    const resource = name.replace(/^(?:limits|requests)\./, '');
    if (!COMPUTE.has(resource) || resource === 'ephemeral-storage') continue;
    const kind = name.startsWith('limits.') ? 'limits' : 'requests';
    const lacking = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
      .filter((container) => container.resources?.[kind]?.[resource] === undefined)
      .map((container) => container.name)
      .sort();
    if (lacking.length > 0) missing.push(`${name} for: ${lacking.join(',')}`);
  }
  if (missing.length === 0) return;
  throw refusal('pods', '', pod, `failed quota: ${quota.metadata.name}: must specify ${missing.join('; ')}`);
}
