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

/** The singular if the count is 1, otherwise the plural. */
export function plural(one: string, many: string, count: number): string {
  return count === 1 ? one : many;
}

/** `container "a"`, `containers "a", "b"`. */
export function containerNames(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`;
}

/** The distinct values, sorted. */
export function sortedSet<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The names of the containers that satisfy a test. */
export function namesWhere(spec: PodSpec, test: (container: Container) => boolean): string[] {
  return allContainers(spec)
    .filter(test)
    .map((container) => container.name);
}

/** A violation: a short reason, and details. */
export function violation(reason: string, detail: string): Violation {
  return { reason, detail };
}
