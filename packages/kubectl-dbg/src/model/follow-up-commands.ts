import { quoteForShell, type Shell } from '../base/shell-quote.ts';
import type { Address } from './plan.ts';

/** A pod, as commands refer to it. */
export type PodName = Pick<Address, 'namespace' | 'pod'>;

/** Streams that a command connects. */
export interface CommandStreams {
  stdin: boolean;
  tty: boolean;
}

/**
 * Commands that messages suggest to the user. Each uses the same cluster and user, and all arguments are quoted for the
 * user's shell. No other code composes a command that is shown.
 *
 * This is in model, not in cli, because the findings of doctor, which the library returns, contain such commands, and
 * doctor may not import cli.
 */
export interface FollowUpCommands {
  attach(address: Address, streams: CommandStreams): string;
  logs(address: Address): string;
  exec(address: Address, streams: CommandStreams, command: readonly string[]): string;
  getPod(pod: PodName): string;
  describePod(pod: PodName): string;
  deletePod(pod: PodName): string;
  describeNode(node: string): string;
  /** Lists the pods of a namespace (undefined: of all namespaces) with their labels. */
  showLabels(namespace: string | undefined): string;
  createJob(cronJob: { namespace: string; name: string }): string;
  /** Checks whether the user has a right; `resource` may include a subresource (`pods/attach`). */
  canI(verb: string, resource: string, namespace: string | undefined): string;
  /** Any other command: `words` are the arguments of `kubectl`. */
  kubectl(...words: string[]): string;
}

/**
 * Creates the commands.
 *
 * @param globalFlags flags of each command, such as `--context`, `prod`
 * @param shell determines the quoting rules
 */
export function followUpCommands(
  globalFlags: readonly string[] = [],
  shell: Shell = 'posix',
): FollowUpCommands {
  const compose = (words: readonly string[], command?: readonly string[]): string =>
    ['kubectl', ...words, ...globalFlags, ...(command === undefined ? [] : ['--', ...command])]
      .map((word) => quoteForShell(word, shell))
      .join(' ');
  const inContainer = ({ namespace, pod, container }: Address): string[] => [
    positional('pod', pod),
    '-c',
    container,
    '-n',
    namespace,
  ];
  const onPod =
    (...verb: string[]) =>
    ({ namespace, pod }: PodName): string =>
      compose([...verb, ...typed('pod', pod), '-n', namespace]);
  return {
    attach: (address, streams) => compose(['attach', ...inContainer(address), ...streamFlags(streams)]),
    logs: (address) => compose(['logs', ...inContainer(address)]),
    exec: (address, streams, command) =>
      compose(['exec', ...inContainer(address), ...streamFlags(streams)], command),
    getPod: onPod('get'),
    describePod: onPod('describe'),
    deletePod: onPod('delete'),
    describeNode: (node) => compose(['describe', ...typed('node', node)]),
    showLabels: (namespace) => compose(['get', 'pods', '--show-labels', ...scope(namespace)]),
    createJob: ({ namespace, name }) =>
      compose(['create', 'job', 'NAME', `--from=cronjob/${name}`, '-n', namespace]),
    canI: (verb, resource, namespace) => compose(['auth', 'can-i', verb, resource, ...scope(namespace)]),
    kubectl: (...words) => compose(words),
  };
}

function streamFlags({ stdin, tty }: CommandStreams): string[] {
  return [...(stdin ? ['-i'] : []), ...(tty ? ['-t'] : [])];
}

function scope(namespace: string | undefined): string[] {
  return namespace === undefined ? ['--all-namespaces'] : ['-n', namespace];
}

/** No valid name begins with a dash, and such a name must not be parsed as a flag. */
function positional(type: string, name: string): string {
  return name.startsWith('-') ? `${type}/${name}` : name;
}

function typed(type: string, name: string): string[] {
  return name.startsWith('-') ? [`${type}/${name}`] : [type, name];
}

/** Without flags: for programs that use the library, because the flags of their users are unknown. */
export const PLAIN_COMMANDS: FollowUpCommands = followUpCommands();
