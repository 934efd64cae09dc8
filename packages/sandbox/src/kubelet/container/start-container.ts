import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../cri/image.ts';
import type { ContainerConfig, Mount, PodSandbox, RuntimeContainer } from '../../cri/runtime.ts';
import { StartError } from '../../cri/runtime.ts';
import { kernelResources } from './amounts.ts';
import { ConfigError } from './config-error.ts';
import { ContainerError } from './container-error.ts';
import { containerEnv } from './env.ts';
import { expand } from './expansion.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { effectiveSecurity, verifyNonRoot } from './security.ts';
import { podDirectory, podLogPath } from '../paths.ts';
import { serviceEnv } from './service-env.ts';
import type { PodObject, SpecContainer } from '../types.ts';
import { volumeMounts } from '../volumes/mounts.ts';

/** What a container is created from besides its spec and image. */
export interface StartInput {
  sandbox: PodSandbox;
  attempt: number;
  volumes: ReadonlyMap<string, string>;
  podIP: string | undefined;
  targetContainerId: string | undefined;
}

/**
 * Generates a container's configuration and creates the container.
 *
 * @throws ContainerError CreateContainerConfigError or CreateContainerError
 */
export async function createContainer(
  context: KubeletContext,
  pod: PodObject,
  container: SpecContainer,
  image: Image,
  input: StartInput,
): Promise<RuntimeContainer> {
  let config: ContainerConfig;
  try {
    verifyNonRoot(pod, container, image);
    config = containerConfig(context, pod, container, image, input);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ContainerError('CreateContainerConfigError', error.message);
  }
  try {
    return await input.sandbox.createContainer(config);
  } catch (error) {
    throw new ContainerError('CreateContainerError', error instanceof Error ? error.message : String(error));
  }
}

/** Starts a container. Throws ContainerError RunContainerError. */
export async function startContainer(run: RuntimeContainer): Promise<void> {
  try {
    await run.start();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new ContainerError('RunContainerError', error.message);
  }
}

function containerConfig(
  context: KubeletContext,
  pod: PodObject,
  container: SpecContainer,
  image: Image,
  input: StartInput,
): ContainerConfig {
  const { spec } = container;
  const env = containerEnv(container, {
    store: context.store,
    pod,
    podIP: input.podIP,
    hostIP: context.hostIP,
    serviceEnv: serviceEnv(context.store, pod),
  });
  const variables = new Map(env.map(({ name, value }) => [name, value]));
  const expandAll = (list: readonly string[] | undefined): readonly string[] | undefined =>
    list === undefined || list.length === 0 ? undefined : list.map((word) => expand(word, variables));
  const command = expandAll(spec.command);
  const args = expandAll(spec.args);
  const real = context.runtime.volumes === undefined;
  const mounts = [
    ...volumeMounts(spec.volumeMounts ?? [], { pod, paths: input.volumes, env: variables, real }),
    ...(real ? hostsMount(context, pod, input.podIP) : []),
  ];
  return {
    name: spec.name,
    attempt: input.attempt,
    image,
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    env,
    ...(spec.workingDir ? { workingDir: spec.workingDir } : {}),
    mounts,
    security: effectiveSecurity(pod, container),
    resources: container.kind === 'ephemeral' ? {} : kernelResources(spec.resources ?? {}),
    stdin: spec.stdin ?? false,
    stdinOnce: spec.stdinOnce ?? false,
    tty: spec.tty ?? false,
    logPath: podLogPath(context.stateDir, pod, spec.name, input.attempt),
    ...(spec.terminationMessagePath ? { terminationMessagePath: spec.terminationMessagePath } : {}),
    ...(input.targetContainerId === undefined ? {} : { targetContainerId: input.targetContainerId }),
    annotations: pod.metadata.annotations ?? {},
  };
}

/** The pod's /etc/hosts, which the kubelet manages; a pod with hostNetwork gets the node's. */
function hostsMount(context: KubeletContext, pod: PodObject, podIP: string | undefined): Mount[] {
  if (pod.spec.volumes?.some(({ name }) => name === '/etc/hosts')) return [];
  if (pod.spec.hostNetwork === true) {
    return [{ hostPath: '/etc/hosts', containerPath: '/etc/hosts', readOnly: false }];
  }
  const directory = podDirectory(context.stateDir, pod);
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'etc-hosts');
  const { hostname, subdomain, hostAliases = [] } = pod.spec;
  const name = hostname ?? pod.metadata.name ?? '';
  const own = subdomain ? `${name}.${subdomain}.${pod.metadata.namespace}.svc.cluster.local\t${name}` : name;
  const aliases = hostAliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  writeFileSync(
    path,
    `# Kubernetes-managed hosts file.
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
fe00::\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
${podIP ?? '127.0.0.1'}\t${own}
${aliases.length === 0 ? '' : `\n# Entries added by HostAliases.\n${aliases.join('')}`}`,
  );
  return [{ hostPath: path, containerPath: '/etc/hosts', readOnly: false }];
}
