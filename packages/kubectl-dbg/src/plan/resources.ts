import type { Container } from 'kubernetes-types/core/v1.d.ts';
import type { ResourceRequest } from '../model/plan.ts';

/** Sets --requests and --limits on a container, in place; other resources are kept. */
export function setResources(container: Container, asked: ResourceRequest | undefined): void {
  if (asked === undefined) return;
  const resources = (container.resources ??= {});
  for (const kind of ['requests', 'limits'] as const) {
    if (Object.keys(asked[kind]).length > 0) resources[kind] = { ...resources[kind], ...asked[kind] };
  }
}
