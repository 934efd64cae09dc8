import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';

/**
 * Sets images by container name, in place; `*` stands for the regular containers without an entry of their own.
 * Throws DbgError (notFound) for a name that no container has.
 */
export function setImages(
  copy: Pod,
  images: readonly { name: string; value: string }[],
  original: string,
): void {
  const regular = copy.spec?.containers ?? [];
  const all: Container[] = [...regular, ...(copy.spec?.initContainers ?? [])];
  const unknown = images.filter(({ name }) => name !== '*' && !all.some((known) => known.name === name));
  if (unknown.length > 0) {
    throw new DbgError(
      'notFound',
      `container "${unknown[0]?.name ?? ''}" of --set-image is not in pod ${original}`,
      {
        remedy: `Its containers are ${all.map(({ name }) => name).join(', ')}`,
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
 * Clears host ports, in place: the original holds them, so that the copy could not run on its node. With the
 * host's network the server sets them again, so they are left.
 */
export function clearHostPorts(copy: Pod): void {
  if (copy.spec?.hostNetwork === true) return;
  for (const container of [...(copy.spec?.containers ?? []), ...(copy.spec?.initContainers ?? [])]) {
    for (const port of container.ports ?? []) delete port.hostPort;
  }
}
