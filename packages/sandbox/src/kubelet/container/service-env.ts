import type { Service } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import type { PodObject } from '../types.ts';

/** The API server's Service, for which every container gets variables. */
const API_SERVICE = { namespace: 'default', name: 'kubernetes' };

/**
 * Environment variables of Services: the API server's, and with enableServiceLinks those of the pod's namespace.
 *
 * Source: Kubernetes documentation, "Discovering services: environment variables".
 */
export function serviceEnv(store: Store, pod: PodObject): Record<string, string> {
  const { namespace } = pod.metadata;
  const own =
    pod.spec.enableServiceLinks === false ? [] : store.list<Service & KubeObject>('services', namespace);
  const api = store.get<Service & KubeObject>('services', API_SERVICE.namespace, API_SERVICE.name);
  const env: Record<string, string> = {};
  for (const service of [...(api === undefined ? [] : [api]), ...own]) Object.assign(env, variables(service));
  return env;
}

function variables({ metadata, spec }: Service & KubeObject): Record<string, string> {
  const address = spec?.clusterIP;
  const [first] = spec?.ports ?? [];
  if (address === undefined || address === '' || address === 'None' || first === undefined) return {};
  const name = (metadata.name ?? '').toUpperCase().replaceAll('-', '_');
  const env: Record<string, string> = {
    [`${name}_SERVICE_HOST`]: address,
    [`${name}_SERVICE_PORT`]: String(first.port),
    [`${name}_PORT`]: `${(first.protocol ?? 'TCP').toLowerCase()}://${address}:${first.port}`,
  };
  for (const port of spec?.ports ?? []) {
    const protocol = port.protocol ?? 'TCP';
    const prefix = `${name}_PORT_${port.port}_${protocol}`;
    if (port.name) {
      env[`${name}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
    }
    env[prefix] = `${protocol.toLowerCase()}://${address}:${port.port}`;
    env[`${prefix}_PROTO`] = protocol.toLowerCase();
    env[`${prefix}_PORT`] = String(port.port);
    env[`${prefix}_ADDR`] = address;
  }
  return env;
}
