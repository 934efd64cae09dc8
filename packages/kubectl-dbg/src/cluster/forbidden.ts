import { refusedRight, type Right } from '../model/right.ts';
import type { ApiStatusError } from './api-status-error.ts';
import { describeCall } from './describe-call.ts';

/** Why a request is forbidden. */
export interface Ground {
  ground: 'anonymous' | 'impersonation' | 'path' | 'pod-security' | 'quota' | 'right' | 'unknown';
  right?: Right;
}

/**
 * Why a request got a 403. The authorizer's message names the user and the missing right. An admission policy has its own
 * message, and no right would help: then it is `unknown`.
 */
export function groundOf(error: ApiStatusError): Ground {
  const words = error.serverMessage;
  if (/ User "system:anonymous" cannot /.test(words)) return { ground: 'anonymous' };
  if (/ cannot impersonate/.test(words)) return { ground: 'impersonation' };
  if (/ cannot \S+ path /.test(words)) return { ground: 'path' };
  if (/ violates PodSecurity /.test(words)) return { ground: 'pod-security' };
  // Source: the admission plugins ResourceQuota and LimitRanger.
  if (
    / exceeded quota: |must specify (limits|requests)\.|(minimum|maximum) \S+ usage per (Container|Pod) is|ratio per (Container|Pod)/.test(
      words,
    )
  ) {
    return { ground: 'quota' };
  }
  const right = refusedRight(words) ?? (saysNothing(words) ? rightOfCall(error) : undefined);
  return right === undefined ? { ground: 'unknown' } : { ground: 'right', right: needed(right) };
}

/** A WebSocket that is refused because `create` is missing has a message without a reason, or no body at all. */
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

/** Attaching counts as a creation. A WebSocket needs `get` too, SPDY does not. */
function needed(right: Right): Right {
  return /\/(attach|exec)$/.test(right.resource) ? { ...right, verb: 'create' } : right;
}
