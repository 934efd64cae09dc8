import type { AccessRequest } from './access-request.ts';
import type { PolicyRule } from '../resources/kinds/rbac-types.ts';

/** Whether a rule of a role allows a request. */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!request.isResourceRequest) {
    return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, request.path));
  }
  return (
    has(rule.apiGroups, request.group) &&
    resourceMatches(rule.resources ?? [], request) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(request.name))
  );
}

function has(list: readonly string[] | undefined, value: string): boolean {
  return list !== undefined && (list.includes('*') || list.includes(value));
}

function resourceMatches(resources: readonly string[], request: AccessRequest): boolean {
  const { resource, subresource } = request;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (entry) => entry === '*' || entry === full || (subresource !== '' && entry === `*/${subresource}`),
  );
}

function urlMatches(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1)));
}
