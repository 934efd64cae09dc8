import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { type Cluster, openCluster } from '../../cluster/index.ts';
import { loadKubeconfig } from '../../cluster/kubeconfig/load.ts';
import { ExitCode } from '../../errors.ts';
import { resolveTarget } from '../../plan/index.ts';
import { sanitise } from '../../sanitise.ts';
import type { World } from '../../world.ts';
import { clusterOptionsOf } from '../cluster-options.ts';
import type { Options } from '../grammar/index.ts';
import { complete } from './complete.ts';
import { renderCompletion } from './directive.ts';
import type { CompletionSource } from './source.ts';

/** A shell waits while this runs: a cluster that does not answer within this time (ms) offers nothing. */
const TIMEOUT_MS = 3_000;

/** More names than a screen shows help nobody; the server cuts the list. */
const MOST_NAMES = 500;

interface Named {
  items: { metadata?: { name?: string } }[];
}

/** Prints what to offer for the words typed so far; says nothing about failures. */
export async function runCompletion(words: readonly string[], world: World): Promise<number> {
  const result = await complete(words, sourceOf(world));
  // Names come from the cluster: none with control characters reaches the shell.
  const offers = result.offers.filter(({ word }) => sanitise(word) === word);
  world.stdout.write(renderCompletion({ ...result, offers }));
  return ExitCode.ok;
}

function sourceOf(world: World): CompletionSource {
  const ask = async <T>(
    options: Options,
    question: (cluster: Cluster, signal: AbortSignal) => Promise<T>,
  ) => {
    const cluster = await openCluster(clusterOptionsOf({ ...options, v: 0 }, world), world);
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
      list(options, (namespace) => resolveTarget(`${kind}/x`).path(namespace).replace(/\/x$/, '')),
    containers: (pod, options) =>
      ask(options, async (cluster, signal) => {
        const path = resolveTarget(pod).path(cluster.namespace);
        const { spec } = await cluster.request<Pod>({ method: 'GET', path, signal });
        return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name);
      }),
    namespaces: (options) => list(options, () => '/api/v1/namespaces'),
    async kubeconfig(section, options) {
      const { config } = await loadKubeconfig(options.kubeconfig, world);
      return [...config[section].keys()];
    },
  };
}
