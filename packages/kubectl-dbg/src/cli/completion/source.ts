import type { TargetKind } from '../../plan/resolve.ts';
import type { Options } from '../grammar/index.ts';

/**
 * What completion has to ask for. Each answers with what it could find out; one that throws offers nothing, because
 * a message in the middle of a command line being typed helps nobody. `options` are those written so far.
 */
export interface CompletionSource {
  /** Names of all objects of a kind, in the namespace of the options. */
  names(kind: TargetKind, options: Options): Promise<string[]>;
  /** Names of the containers of a pod. */
  containers(pod: string, options: Options): Promise<string[]>;
  namespaces(options: Options): Promise<string[]>;
  /** Names in the kubeconfig. */
  kubeconfig(section: 'contexts' | 'clusters' | 'users', options: Options): Promise<string[]>;
}
