import type { SpecContainer } from '../types.ts';

/** The number of a port, which may be given by the name of a container port. */
export function portNumber(container: SpecContainer, port: number | string): number {
  if (typeof port === 'number') return port;
  const named = container.spec.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? Number(port);
}
