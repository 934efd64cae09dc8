import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { badRequest } from '../../machinery/errors.ts';

/** The container of a log, attach or exec: the requested one, or the only one. Throws 400. */
export function chooseContainer(pod: Pod, name: string): string {
  const containers = namesOf(pod.spec?.containers);
  const init = namesOf(pod.spec?.initContainers);
  const ephemeral = namesOf(pod.spec?.ephemeralContainers);
  const podName = pod.metadata?.name ?? '';
  if (name !== '') {
    if ([...containers, ...init, ...ephemeral].includes(name)) return name;
    throw badRequest(`container ${name} is not valid for pod ${podName}`);
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only;
  const others = [
    ...(init.length > 0 ? [` or one of the init containers: [${init.join(' ')}]`] : []),
    ...(ephemeral.length > 0 ? [` or one of the ephemeral containers: [${ephemeral.join(' ')}]`] : []),
  ];
  throw badRequest(
    `a container name must be specified for pod ${podName}, choose one of: [${containers.join(' ')}]${others.join('')}`,
  );
}

function namesOf(containers: readonly { name: string }[] | undefined): string[] {
  return (containers ?? []).map(({ name }) => name);
}
