import type { Container, PodSpec } from '../../resources/pods/types.ts';
import type { Violation } from './types.ts';

/** Every container of a pod: init containers, containers, ephemeral containers. */
export function allContainers(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

/** The names in quotes, separated by commas. */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** The singular for one, else the plural. */
export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

/** `container "a"`, `containers "a", "b"`. */
export function containerNames(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`;
}

/** Each different value once, in order of the alphabet. */
export function sortedSet<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The names of the containers that a test picks. */
export function namesWhere(spec: PodSpec, test: (container: Container) => boolean): string[] {
  return allContainers(spec)
    .filter(test)
    .map((container) => container.name);
}

/** A violation: in short for the list of what is wrong, and in detail. */
export function violation(reason: string, detail: string): Violation {
  return { reason, detail };
}
