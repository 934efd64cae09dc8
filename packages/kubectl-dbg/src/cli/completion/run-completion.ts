import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Cluster, openCluster, type PluginPolicy } from '../../cluster/index.ts';
import { loadKubeconfig } from '../../cluster/kubeconfig/load.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { ExitCode } from '../../model/failure.ts';
import { parseTarget } from '../../targets/index.ts';
import { sanitise } from '../../base/sanitise.ts';
import type { World } from '../../model/world.ts';
import { clusterOptionsOf } from '../cluster-options.ts';
import type { Options } from '../grammar/index.ts';
import { complete } from './complete.ts';
import { renderCompletion } from './directive.ts';
import type { CompletionSource } from './source.ts';

/** A shell waits for this: if a cluster does not respond within this time (ms), nothing is offered. */
const TIMEOUT_MS = 3_000;

/** More names than fit on a screen are useless; the server truncates the list. */
const MOST_NAMES = 500;

interface Named {
  items: { metadata?: { name?: string } }[];
}

/** Prints the offers for the words typed so far; reports no failures. */
export async function runCompletion(
  words: readonly string[],
  world: World,
  pluginPolicy: () => Promise<PluginPolicy | undefined> = () => Promise.resolve(undefined),
): Promise<number> {
  const result = await complete(words, sourceOf(world, pluginPolicy));
  // Names come from the cluster: no control characters reach the shell.
  const offers = result.offers.filter(
    ({ word, description = '' }) => sanitise(word) === word && sanitise(description) === description,
  );
  world.stdout.write(renderCompletion({ ...result, offers }));
  return ExitCode.ok;
}

function sourceOf(world: World, policy: () => Promise<PluginPolicy | undefined>): CompletionSource {
  const ask = async <T>(
    options: Options,
    question: (cluster: Cluster, signal: AbortSignal) => Promise<T>,
  ) => {
    const pluginPolicy = await policy();
    const clusterOptions = {
      ...clusterOptionsOf({ ...options, v: 0 }, world),
      pluginPolicy,
      background: true,
    };
    const cluster = await openCluster(clusterOptions, world);
    try {
      return await question(cluster, AbortSignal.timeout(TIMEOUT_MS));
    } finally {
      await cluster.close();
    }
  };
  const list = (options: Options, path: (namespace: string) => string) =>
    ask(options, async (cluster, signal) => {
      const { items } = await cluster.request<Named>({
        method: 'GET',
        path: path(cluster.namespace),
        query: { limit: MOST_NAMES },
        signal,
      });
      return items.flatMap(({ metadata }) => metadata?.name ?? []);
    });
  return {
    names: (kind, options) =>
      list(options, (namespace) => parseTarget(`${kind}/x`).path(namespace).replace(/\/x$/, '')),
    containers: (pod, options) =>
      ask(options, async (cluster, signal) => {
        const path = parseTarget(pod).path(cluster.namespace);
        const { spec } = await cluster.request<Pod>({ method: 'GET', path, signal });
        return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name);
      }),
    sessions: (options) =>
      ask(options, async (cluster, signal) => {
        const { sessionsOf } = await import('../../operations/sessions/recognise.ts');
        const path = apiPaths.pods(cluster.namespace);
        const query = { limit: MOST_NAMES };
        const { items } = await cluster.request<{ items: Pod[] }>({ method: 'GET', path, query, signal });
        return items
          .flatMap((pod) => sessionsOf(pod))
          .map((session) => `${session.pod}/${session.container}`);
      }),
    namespaces: (options) => list(options, () => apiPaths.namespaces()),
    async kubeconfig(section, options) {
      const { config } = await loadKubeconfig(options.kubeconfig, world);
      return [...config[section].keys()];
    },
  };
}
