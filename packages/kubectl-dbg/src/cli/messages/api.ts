import { sanitise } from '../../base/sanitise.ts';
import type { ApiFailures } from '../../model/failures/api.ts';
import type { FollowUpCommands } from '../../model/follow-up-commands.ts';
import type { Right } from '../../model/right.ts';
import { askForRight } from './ask-for-right.ts';
import { flag } from './flag.ts';
import type { Sayings } from './words.ts';

const LATER = 'Try again later';
const CHECK_ADDRESS = 'Check that the address is that of a Kubernetes API server';
const NARROW = 'Narrow the selection';

export const sayings: Sayings<ApiFailures> = {
  Unauthorized: ({ server, identity, flaw }) => {
    const whose = identity === undefined ? 'your credentials' : `the credentials of ${nameOf(identity)}`;
    if (flaw !== undefined) return `Log in again: ${sanitise(flaw)} (${whose})`;
    const where = server === undefined ? '' : ` ${server}`;
    return `Log in again: the server${where} does not accept ${whose}; they may have expired`;
  },
  Forbidden: ({ silent, ...ground }, commands) =>
    silent
      ? `${groundRemedy(ground, commands) ?? 'Ask for the right'}, unless a proxy or gateway in between refused it`
      : groundRemedy(ground, commands),
  AdmissionDenied: ({ olderContainer, connects, ...ground }, commands) => {
    if (olderContainer !== undefined) {
      return `The policy objects to the debug container ${sanitise(olderContainer)}, which was added earlier and stays in the pod: debug a copy with --copy-to, or recreate the pod`;
    }
    return (
      groundRemedy(ground, commands) ??
      (connects
        ? 'Comply with the policy, or ask its owner for an exemption'
        : 'Use a profile that the policy admits (--profile=auto finds one), or ask the owner of the policy for an exemption')
    );
  },
  ObjectNotFound: ({ resource }) =>
    resource === 'nodes' ? 'Check its name' : 'Check the name, and the namespace (-n)',
  AlreadyExists: 'Choose another name, or delete the existing object',
  Conflict: 'Try again',
  RequestInvalid: 'Correct the command line, or the file it names',
  ServerTimeout: LATER,
  ServerOverloaded: 'The server is overloaded; try again later',
  ServerError: ({ webhook }) =>
    webhook
      ? 'An admission webhook of the cluster fails; tell its owner'
      : 'The server reports an internal error; try again later',
  RequestRefused:
    'Try again; if that does not help, check that the server is one that supports it (-v=6 shows the request)',
  KubeletForbidden: 'Tell the cluster administrator: the API server lacks rights on its nodes (nodes/proxy)',
  GatewayRefused:
    'Log in to that proxy or gateway, or ask its administrator; rights in the cluster do not help here',
  GatewayFailed: ({ status }) =>
    status < 500
      ? `${CHECK_ADDRESS}, and check the proxies in front of it`
      : 'Check the proxy or gateway between you and the API server; try again later',
  AnswerForeign: `${CHECK_ADDRESS}, with no login page or proxy in between`,
  AnswerMalformed: `${CHECK_ADDRESS}, and check the proxies in front of it`,
  AnswerTooLarge: NARROW,
  RequestTimedOut: 'Allow more time with --request-timeout',
  WatchEndsAtOnce: 'Check the proxies between you and the API server',
  WatchMalformed: CHECK_ADDRESS,
  ConnectionClosed: 'Try again',
};

/** The source of the credentials: an option (`option token`) is a flag here. */
function nameOf(identity: string): string {
  return sanitise(identity.replace(/^option (\w+)$/, (_, option: string) => flag(option)));
}

function groundRemedy(
  { ground, right }: { ground: string; right?: Right },
  commands: FollowUpCommands,
): string | undefined {
  switch (ground) {
    case 'anonymous':
      return "Log in: the request was sent without credentials; check the user entry of the kubeconfig's context";
    case 'impersonation':
      return 'Ask for the right to impersonate that user, or leave out --as';
    case 'path':
      return 'Ask the cluster administrator for access';
    case 'pod-security':
      return 'Use a profile that the namespace admits: --profile=auto finds one (restricted asks for the least)';
    case 'quota':
      return 'Set --requests and --limits that the namespace allows (copies and node pods), or use another namespace with --to-namespace';
    default:
      return right === undefined ? undefined : askForRight(right, commands);
  }
}
