import { StatusError } from '../api/status-error.ts';
import type { UserInfo } from '../resources/rules.ts';
import { accessForbidden } from './forbidden.ts';
import type { AccessDecision, AccessRequest } from './rbac-types.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)$/;
const EXTRA_HEADER = 'impersonate-extra-';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Authorize = (user: UserInfo, request: AccessRequest) => AccessDecision;

/** Somebody that a request wants to act as: the thing that one must have the right to impersonate. */
interface Claim {
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

/**
 * The user that a request acts as: that of its Impersonate-* headers, or the one who sends it.
 *
 * Header names are in lower case. Throws 403 if the sender may not, 500 for a group without a user, as the real
 * server does.
 */
export function impersonate(
  user: UserInfo,
  headers: Headers,
  request: AccessRequest,
  authorize: Authorize,
): UserInfo {
  const name = values(headers, 'impersonate-user')[0] ?? '';
  const groups = values(headers, 'impersonate-group');
  const uid = values(headers, 'impersonate-uid')[0] ?? '';
  const extra = readExtra(headers);
  if (name === '') {
    if (groups.length === 0 && uid === '' && Object.keys(extra).length === 0) return user;
    throw new StatusError(
      500,
      'InternalError',
      'Internal error occurred: requested impersonation without impersonating a user',
    );
  }
  const claims = claimsOf(name, groups, uid, extra);
  if (!mayAct(user, claims, request, name, authorize)) {
    const verb = `impersonate-on:${modeOf(name)}:${request.verb}`;
    throw accessForbidden(user, { ...request, verb }, '');
  }
  return {
    name,
    groups: allGroups(name, groups),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function values(headers: Headers, name: string): string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? value.split(', ') : [...value];
}

function readExtra(headers: Headers): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  for (const header of Object.keys(headers)) {
    if (!header.startsWith(EXTRA_HEADER)) continue;
    extra[decodeURIComponent(header.slice(EXTRA_HEADER.length))] = values(headers, header);
  }
  return extra;
}

function modeOf(name: string): string {
  return SERVICE_ACCOUNT.test(name) ? 'serviceaccount' : 'user-info';
}

function claimsOf(
  name: string,
  groups: readonly string[],
  uid: string,
  extra: Readonly<Record<string, string[]>>,
): Claim[] {
  const account = SERVICE_ACCOUNT.exec(name)?.groups;
  const blank = { group: '', subresource: '', namespace: '' };
  const AUTHENTICATION = 'authentication.k8s.io';
  return [
    account === undefined
      ? { ...blank, resource: 'users', name }
      : {
          ...blank,
          resource: 'serviceaccounts',
          namespace: account['namespace'] ?? '',
          name: account['name'] ?? '',
        },
    ...groups.map((group) => ({ ...blank, resource: 'groups', name: group })),
    ...(uid === '' ? [] : [{ ...blank, group: AUTHENTICATION, resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([key, list]) =>
      list.map((value) => ({
        ...blank,
        group: AUTHENTICATION,
        resource: 'userextras',
        subresource: key,
        name: value,
      })),
    ),
  ];
}

/** By the right to impersonate for this very request, else by the older right for any request. */
function mayAct(
  user: UserInfo,
  claims: readonly Claim[],
  request: AccessRequest,
  name: string,
  authorize: Authorize,
): boolean {
  const may = (verb: string, claim: Claim): boolean =>
    authorize(user, { ...claim, isResourceRequest: true, verb, path: '' }).allowed;
  const mode = modeOf(name);
  const onRequest = authorize(user, { ...request, verb: `impersonate-on:${mode}:${request.verb}` }).allowed;
  const constrained = (claim: Claim): boolean =>
    may(`impersonate:${mode}`, claim.group === '' ? { ...claim, group: 'authentication.k8s.io' } : claim);
  if (onRequest && claims.every(constrained)) return true;
  return claims.every((claim) => may('impersonate', claim));
}

/** Groups that a name implies. */
function allGroups(name: string, groups: readonly string[]): string[] {
  const account = SERVICE_ACCOUNT.exec(name)?.groups;
  const own =
    account !== undefined && groups.length === 0
      ? ['system:serviceaccounts', `system:serviceaccounts:${account['namespace']}`]
      : [...groups];
  const implied = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return own.includes(implied) ? own : [...own, implied];
}
