import type { EnvVarSource } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { ConfigError } from './config-error.ts';
import { fieldValue, resourceValue } from './downward.ts';
import { expand } from './expansion.ts';
import type { PodObject, SpecContainer } from '../types.ts';

/** What a container's environment depends on besides its spec. */
export interface EnvContext {
  store: Store;
  pod: PodObject;
  podIP: string | undefined;
  hostIP: string;
  /** Variables of services, such as KUBERNETES_SERVICE_HOST; the container's own take precedence. */
  serviceEnv: Readonly<Record<string, string>>;
}

/** The environment of a container, in order. Throws ConfigError if a source does not exist. */
export function containerEnv(
  container: SpecContainer,
  context: EnvContext,
): { name: string; value: string }[] {
  const env = new Map<string, string>();
  for (const source of container.spec.envFrom ?? []) {
    for (const [name, value] of Object.entries(sourceData(source, context))) {
      env.set(`${source.prefix ?? ''}${name}`, value);
    }
  }
  const visible = new Map([...Object.entries(context.serviceEnv), ...env]);
  for (const { name, value, valueFrom } of container.spec.env ?? []) {
    const resolved =
      valueFrom === undefined ? expand(value ?? '', visible) : valueOf(valueFrom, name, container, context);
    if (resolved === undefined) continue;
    env.set(name, resolved);
    visible.set(name, resolved);
  }
  const result = [...env].map(([name, value]) => ({ name, value }));
  for (const [name, value] of Object.entries(context.serviceEnv)) {
    if (!env.has(name)) result.push({ name, value });
  }
  return result;
}

type EnvFrom = NonNullable<SpecContainer['spec']['envFrom']>[number];

function sourceData(source: EnvFrom, context: EnvContext): Record<string, string> {
  if (source.configMapRef !== undefined) {
    return dataOf('configmaps', source.configMapRef.name ?? '', source.configMapRef.optional, context);
  }
  if (source.secretRef !== undefined) {
    return dataOf('secrets', source.secretRef.name ?? '', source.secretRef.optional, context);
  }
  return {};
}

function valueOf(
  from: EnvVarSource,
  name: string,
  container: SpecContainer,
  context: EnvContext,
): string | undefined {
  if (from.fieldRef !== undefined) return fieldValue(from.fieldRef.fieldPath, context);
  if (from.resourceFieldRef !== undefined) {
    return resourceValue(from.resourceFieldRef, container, context.pod);
  }
  const { configMapKeyRef, secretKeyRef } = from;
  if (configMapKeyRef !== undefined) return keyOf('configmaps', configMapKeyRef, context);
  if (secretKeyRef !== undefined) return keyOf('secrets', secretKeyRef, context);
  throw new ConfigError(`no valueFrom source found for env var ${name}`);
}

function keyOf(
  resource: 'configmaps' | 'secrets',
  ref: { name?: string; key: string; optional?: boolean },
  context: EnvContext,
): string | undefined {
  const data = dataOf(resource, ref.name ?? '', ref.optional, context);
  const value = data[ref.key];
  if (value !== undefined) return value;
  if (ref.optional === true) return undefined;
  const kind = resource === 'configmaps' ? 'ConfigMap' : 'Secret';
  const namespace = context.pod.metadata.namespace;
  throw new ConfigError(`couldn't find key ${ref.key} in ${kind} ${namespace}/${ref.name}`);
}

function dataOf(
  resource: 'configmaps' | 'secrets',
  name: string,
  optional: boolean | undefined,
  { store, pod }: EnvContext,
): Record<string, string> {
  const object = store.get<KubeObject & { data?: Record<string, string> }>(
    resource,
    pod.metadata.namespace,
    name,
  );
  if (object === undefined) {
    if (optional === true) return {};
    const kind = resource === 'configmaps' ? 'configmap' : 'secret';
    throw new ConfigError(`${kind} ${JSON.stringify(name)} not found`);
  }
  const data = object.data ?? {};
  if (resource === 'configmaps') return data;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
