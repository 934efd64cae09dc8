import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import { podFacts, podName } from './target.ts';

/**
 * Sets images by container name, in place; `*` means all regular containers without their own entry. Throws DbgError
 * (notFound) if no container has the name.
 */
export function setImages(
  copy: Pod,
  images: readonly { name: string; value: string }[],
  original: Pod,
): void {
  const regular = copy.spec?.containers ?? [];
  const all: Container[] = [...regular, ...(copy.spec?.initContainers ?? [])];
  const unknown = images.filter(({ name }) => name !== '*' && !all.some((known) => known.name === name));
  if (unknown[0] !== undefined) {
    const container = unknown[0].name;
    throw new DbgError(
      'notFound',
      'ContainerNotFound',
      `container "${container}" is not in pod ${podName(original)}`,
      {
        ...podFacts(original),
        container,
        containers: all.map(({ name }) => name),
        wantedFor: 'image',
      },
    );
  }
  const others = images.find(({ name }) => name === '*');
  for (const container of all) {
    const own = images.find(({ name }) => name === container.name);
    const image = own ?? (regular.includes(container) ? others : undefined);
    if (image !== undefined) container.image = image.value;
  }
}

/**
 * Clears host ports, in place: the original holds them, so the copy could not run on its node. With the host's network
 * the server sets them again, so they are kept.
 */
export function clearHostPorts(copy: Pod): void {
  if (copy.spec?.hostNetwork === true) return;
  for (const container of [...(copy.spec?.containers ?? []), ...(copy.spec?.initContainers ?? [])]) {
    for (const port of container.ports ?? []) delete port.hostPort;
  }
}
