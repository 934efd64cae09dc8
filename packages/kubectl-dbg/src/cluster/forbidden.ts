import { sanitise } from '../sanitise.ts';
import type { ApiStatusError } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';

/** A right, as RBAC has it. */
export interface Right {
  verb: string;
  /** With the subresource: `pods/attach`. */
  resource: string;
  /** Empty for the core group. */
  group: string;
  /** Undefined: in the whole cluster. */
  namespace: string | undefined;
}

/**
 * What to do about a 403. The authorizer's words name the user and the right that lacks; an admission policy has its own
 * words, and no right would help: then undefined.
 */
export function forbiddenRemedy(error: ApiStatusError): string | undefined {
  const words = error.serverMessage;
  if (/ User "system:anonymous" cannot /.test(words)) {
    return "Log in: the request was sent without credentials; check the user entry of the kubeconfig's context";
  }
  if (/ cannot impersonate/.test(words))
    return 'Ask for the right to impersonate that user, or leave out --as';
  if (/ cannot \S+ path /.test(words)) return 'Ask the cluster administrator for access';
  if (/ violates PodSecurity /.test(words)) {
    return 'Use a profile that the namespace admits: --profile=auto finds one (restricted asks for least)';
  }
  const right = refusedRight(words) ?? (saysNothing(words) ? rightOfCall(error) : undefined);
  return right === undefined ? undefined : `Ask for the right to ${describeRight(right)}`;
}

/** The right that the authorizer's words name. Source: apiserver, "forbidden message". */
function refusedRight(words: string): Right | undefined {
  const match =
    /User ".*" cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/.exec(
      words,
    );
  if (match === null) return undefined;
  const [, verb = '', resource = '', group = '', namespace] = match;
  return { verb, resource, group, namespace };
}

/** A WebSocket that is refused for want of `create` has a message without a reason, or no body at all. */
function saysNothing(words: string): boolean {
  return /^$|^HTTP status 403$|forbidden:? *("")?$/i.test(words);
}

function rightOfCall(error: ApiStatusError): Right | undefined {
  const call = describeCall(error.call.method, error.call.path);
  if (call === undefined) return undefined;
  const { resource, subresource, group, namespace, verb } = call;
  return {
    verb,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    group,
    namespace,
  };
}

function describeRight({ verb, resource, group, namespace }: Right): string {
  // Attaching counts as a creation. A WebSocket needs `get` too, but SPDY does without.
  const needed = /\/(attach|exec)$/.test(resource) ? 'create' : verb;
  const inGroup = group === '' ? '' : ` of ${sanitise(group)}`;
  const where = namespace === undefined ? 'in the whole cluster' : `in namespace ${sanitise(namespace)}`;
  return `${sanitise(needed)} ${sanitise(resource)}${inGroup} ${where}`;
}
