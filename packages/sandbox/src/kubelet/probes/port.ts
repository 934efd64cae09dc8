import type { SpecContainer } from '../types.ts';

/** A port by its number, or by the name that the container gives it. */
export function portNumber(container: SpecContainer, port: number | string): number {
  if (typeof port === 'number') return port;
  const named = container.spec.ports?.find(({ name }) => name === port);
  return named?.containerPort ?? Number(port);
}
