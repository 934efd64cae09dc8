import type { ResourceFieldSelector } from 'kubernetes-types/core/v1.d.ts';
import { parseQuantityNumber } from './amounts.ts';
import { ConfigError } from './config-error.ts';
import { containersOf, type PodObject, type SpecContainer } from '../types.ts';

/** What the downward API exposes besides the pod's object. */
export interface DownwardContext {
  pod: PodObject;
  podIP: string | undefined;
  hostIP: string;
}

/** The value of a pod field for an environment variable or a file. */
export function fieldValue(path: string, { pod, podIP, hostIP }: DownwardContext): string {
  const { metadata, spec } = pod;
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) {
    const map = subscript[1] === 'labels' ? metadata.labels : metadata.annotations;
    return map?.[subscript[2] ?? ''] ?? '';
  }
  const fields: Record<string, () => string> = {
    'metadata.name': () => metadata.name ?? '',
    'metadata.namespace': () => metadata.namespace ?? '',
    'metadata.uid': () => metadata.uid ?? '',
    'metadata.labels': () => lines(metadata.labels),
    'metadata.annotations': () => lines(metadata.annotations),
    'spec.nodeName': () => spec.nodeName ?? '',
    'spec.serviceAccountName': () => spec.serviceAccountName ?? '',
    'status.hostIP': () => hostIP,
    'status.hostIPs': () => hostIP,
    'status.podIP': () => podIP ?? '',
    'status.podIPs': () => podIP ?? '',
  };
  const value = fields[path];
  if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${path}`);
  return value();
}

/** Sorted lines of `key="value"`, the format of files of the downward API. */
function lines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** A limit or request of a container divided by the divisor, rounded up. */
export function resourceValue(
  selector: ResourceFieldSelector,
  own: SpecContainer | undefined,
  pod: PodObject,
): string {
  const container =
    selector.containerName === undefined
      ? own
      : containersOf(pod.spec).find(({ spec }) => spec.name === selector.containerName);
  const [kind = '', name = ''] = selector.resource.split('.');
  const { limits, requests } = container?.spec.resources ?? {};
  const list = kind === 'limits' ? limits : requests;
  const divisor = parseQuantityNumber(selector.divisor ?? '0') || 1;
  return String(Math.ceil(parseQuantityNumber(list?.[name] ?? '0') / divisor));
}
