import type { Cluster } from '../../cluster/index.ts';
import { parseTarget } from '../../targets/index.ts';
import { targetPodUids } from '../../targets/list-target-pods.ts';
import { usage } from '../cli-error.ts';
import type { EachFlags } from './each-request.ts';

/** The targets that a command line selects. */
export interface ChosenBy {
  /** Uids of the named pods (or nodes); absent: only selectors. */
  uids?: ReadonlySet<string>;
  /** Empty: all. */
  namespaces: string[];
}

/** Checks that something selects the targets. Throws DbgError (usage). */
export function checkChosen(options: EachFlags, words: readonly string[]): void {
  const selects = options.selector !== undefined || options.fieldSelector !== undefined;
  if (
    words.length === 0 &&
    !selects &&
    options.allNamespaces !== true &&
    options.nodes !== true &&
    options.namespace === undefined
  ) {
    throw usage('no pods are selected', 'Name targets, or select them with -l, -n or -A');
  }
  if (words.length > 0 && (selects || options.allNamespaces === true)) {
    throw usage(
      'targets are both named and selected',
      'Either name them, or use -l, --field-selector and -A',
    );
  }
  if (words.length > 0 && (options.namespace ?? []).length > 1) {
    throw usage('named targets must be in one namespace', 'Use a single -n');
  }
  for (const word of words) {
    const { kind } = parseTarget(word);
    if ((kind === 'Node') !== (options.nodes === true)) {
      throw usage(
        kind === 'Node' ? `${word} is a node` : `${word} is not a node`,
        kind === 'Node' ? 'Add --nodes' : 'Write node/NAME, or leave --nodes out',
      );
    }
  }
}

/** Resolves the named targets: a workload means all of its pods. */
export async function chooseByWords(
  cluster: Cluster,
  options: EachFlags,
  words: readonly string[],
  signal: AbortSignal,
): Promise<ChosenBy> {
  const namespaces = options.allNamespaces === true ? [] : (options.namespace ?? [cluster.namespace]);
  if (words.length === 0) return { namespaces };
  const [namespace = cluster.namespace] = namespaces;
  const uids = new Set<string>();
  for (const word of words) {
    for (const uid of await targetPodUids(cluster, parseTarget(word), namespace, signal)) uids.add(uid);
  }
  return { uids, namespaces: [namespace] };
}
