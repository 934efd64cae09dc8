import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { DebugRequest } from '../model/plan.ts';

/**
 * A new debug container for the request, before any profile. `stdinOnce` forwards the end of a pipe to the program:
 * without it, closing stdin only ends the attach. With a terminal the program's own end-of-file key does that.
 */
export function newContainer(request: DebugRequest, name: string): Container {
  const container: Container = { name, terminationMessagePolicy: 'File' };
  if (request.image !== undefined) container.image = request.image;
  if (request.imagePullPolicy !== undefined) container.imagePullPolicy = request.imagePullPolicy;
  if (request.words.length > 0) container[request.argumentsOnly ? 'args' : 'command'] = [...request.words];
  if (request.env.length > 0) container.env = structuredClone(request.env);
  setStreams(container, request);
  return container;
}

/** Sets or clears stdin, stdinOnce and tty. */
export function setStreams(container: Container, request: DebugRequest): void {
  delete container.stdin;
  delete container.stdinOnce;
  delete container.tty;
  if (request.stdin) container.stdin = true;
  if (request.stdin && request.attach && !request.tty) container.stdinOnce = true;
  if (request.tty) container.tty = true;
}
