import type { TargetKind } from '../../targets/parse-target.ts';
import type { Options } from '../grammar/index.ts';

/**
 * The data sources of completion. Each returns what it could find; if one throws, nothing is offered, because a message
 * in the middle of a command line is useless. `options` are those typed so far.
 */
export interface CompletionSource {
  /** Names of all objects of a kind, in the namespace from the options. */
  names(kind: TargetKind, options: Options): Promise<string[]>;
  /** Names of the containers of a pod. */
  containers(pod: string, options: Options): Promise<string[]>;
  /** `POD/CONTAINER` of each debug session in the namespace from the options. */
  sessions(options: Options): Promise<string[]>;
  namespaces(options: Options): Promise<string[]>;
  /** Names in the kubeconfig. */
  kubeconfig(section: 'contexts' | 'clusters' | 'users', options: Options): Promise<string[]>;
}
