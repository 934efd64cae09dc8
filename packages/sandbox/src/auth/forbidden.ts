import { StatusError } from '../machinery/status-error.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { AccessRequest } from './access-request.ts';

/** The 403 of a request that was not authorized; `reason` is the authorizer's. */
export function accessForbidden(user: UserInfo, request: AccessRequest, reason: string): StatusError {
  const suffix = reason === '' ? '' : `: ${reason}`;
  if (!request.isResourceRequest) {
    const message = `forbidden: User ${JSON.stringify(user.name)} cannot ${request.verb} path ${JSON.stringify(request.path)}${suffix}`;
    return new StatusError(403, 'Forbidden', message, {});
  }
  const { group, resource, subresource, namespace, name, verb } = request;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const subject = name === '' ? qualified : `${qualified} "${name}"`;
  const message = `${subject} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource "${full}" in API group "${group}" ${scope}${suffix}`;
  return new StatusError(403, 'Forbidden', message, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind: resource,
  });
}
