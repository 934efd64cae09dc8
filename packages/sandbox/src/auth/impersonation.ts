import { badRequest } from '../machinery/errors.ts';
import type { StatusError } from '../machinery/status-error.ts';
import { goQuote } from '../machinery/go-quote.ts';
import type { UserInfo } from '../resources/rules.ts';
import { accessForbidden } from './forbidden.ts';
import type { AccessDecision, AccessRequest } from './access-request.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)$/;
const NODE = /^system:node:(?<name>[a-z0-9]([-a-z0-9.]*[a-z0-9])?)$/;
const EXTRA_HEADER = 'impersonate-extra-';
const AUTHENTICATION = 'authentication.k8s.io';
const MASTERS = 'system:masters';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;
type Authorize = (user: UserInfo, request: AccessRequest) => AccessDecision;

/** The user that a request's headers ask for. */
interface Wanted {
  name: string;
  uid: string;
  groups: string[];
  extra: Record<string, string[]>;
}

/** An attribute of the impersonated user that needs a permission; `refusal` if nobody may have it. */
interface Claim {
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  refusal?: string;
}

/** Modes of impersonation. Constrained modes, for certain requests only, are tried before the legacy one. */
type Mode = 'arbitrary-node' | 'serviceaccount' | 'user-info' | 'legacy';

/**
 * The user that a request acts as: the one in its Impersonate-* headers, otherwise the sender.
 *
 * Header names are in lower case. Throws 403, with the message of the first mode that was tried, if the sender may not
 * impersonate; 400 if other headers come without a user name.
 */
export function impersonate(
  user: UserInfo,
  headers: Headers,
  request: AccessRequest,
  authorize: Authorize,
): UserInfo {
  const wanted = readHeaders(headers);
  if (wanted.name === '') {
    if (wanted.groups.length === 0 && wanted.uid === '' && Object.keys(wanted.extra).length === 0)
      return user;
    throw badRequest(`requested ${goSyntax(wanted)} without impersonating a user name`);
  }
  const modes = modesOf(wanted);
  const refusals = modes.map((mode) => refusalOf(mode, wanted, user, request, authorize));
  const used = modes[refusals.indexOf(undefined)];
  if (used === undefined) throw refusals[0] ?? accessForbidden(user, request, '');
  const { name, uid, extra } = wanted;
  return {
    name,
    groups: allGroups(wanted, used),
    ...(uid === '' ? {} : { uid }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function readHeaders(headers: Headers): Wanted {
  const extra: Record<string, string[]> = {};
  for (const header of Object.keys(headers)) {
    if (!header.startsWith(EXTRA_HEADER)) continue;
    extra[decodeURIComponent(header.slice(EXTRA_HEADER.length))] = values(headers, header);
  }
  return {
    name: values(headers, 'impersonate-user')[0] ?? '',
    uid: values(headers, 'impersonate-uid')[0] ?? '',
    groups: values(headers, 'impersonate-group'),
    extra,
  };
}

function values(headers: Headers, name: string): string[] {
  const value = headers[name];
  if (value === undefined) return [];
  return typeof value === 'string' ? value.split(', ') : [...value];
}

/** The headers as Go prints user.DefaultInfo. */
function goSyntax({ name, uid, groups, extra }: Wanted): string {
  const list = (items: readonly string[]): string =>
    items.length === 0 ? '[]string(nil)' : `[]string{${items.map(goQuote).join(', ')}}`;
  const entries = Object.entries(extra)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, items]) => `${goQuote(key)}:${list(items)}`);
  const map = entries.length === 0 ? '(nil)' : `{${entries.join(', ')}}`;
  return `&user.DefaultInfo{Name:${goQuote(name)}, UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:map[string][]string${map}}`;
}

/** The modes in which a user can be impersonated, in the order in which they are tried. */
function modesOf({ name, uid, groups, extra }: Wanted): Mode[] {
  const isNode = NODE.test(name);
  const isServiceAccount = SERVICE_ACCOUNT.test(name);
  if (!isNode && !isServiceAccount) return ['user-info', 'legacy'];
  const hasOnlyName = uid === '' && groups.length === 0 && Object.keys(extra).length === 0;
  if (!hasOnlyName) return ['legacy'];
  return [isNode ? 'arbitrary-node' : 'serviceaccount', 'legacy'];
}

/** Why the sender may not impersonate the user in that mode; undefined if it may. */
function refusalOf(
  mode: Mode,
  wanted: Wanted,
  user: UserInfo,
  request: AccessRequest,
  authorize: Authorize,
): StatusError | undefined {
  const check = (asked: AccessRequest): StatusError | undefined => {
    const { allowed, reason } = authorize(user, asked);
    return allowed ? undefined : accessForbidden(user, asked, reason);
  };
  if (mode !== 'legacy') {
    const refusal = check({ ...request, verb: `impersonate-on:${mode}:${request.verb}` });
    if (refusal !== undefined) return refusal;
  }
  const verb = mode === 'legacy' ? 'impersonate' : `impersonate:${mode}`;
  for (const { refusal, ...claim } of claimsOf(wanted, mode)) {
    const asked = { ...claim, isResourceRequest: true, verb, path: '' };
    const found = refusal === undefined ? check(asked) : accessForbidden(user, asked, refusal);
    if (found !== undefined) return found;
  }
  return undefined;
}

function claimsOf({ name, uid, groups, extra }: Wanted, mode: Mode): Claim[] {
  const isLegacy = mode === 'legacy';
  const blank = { group: isLegacy ? '' : AUTHENTICATION, subresource: '', namespace: '' };
  const authentication = { ...blank, group: AUTHENTICATION };
  const isMasters = !isLegacy && groups.includes(MASTERS);
  const refusal = `impersonating the ${MASTERS} group is not allowed`;
  return [
    nameClaim(name, mode, blank),
    ...(uid === '' ? [] : [{ ...authentication, resource: 'uids', name: uid }]),
    ...(isMasters ? [{ ...blank, resource: 'groups', name: MASTERS, refusal }] : []),
    ...groups.map((group) => ({ ...blank, resource: 'groups', name: group })),
    ...Object.entries(extra).flatMap(([subresource, list]) =>
      list.map((value) => ({ ...authentication, resource: 'userextras', subresource, name: value })),
    ),
  ];
}

function nameClaim(name: string, mode: Mode, blank: Omit<Claim, 'resource' | 'name'>): Claim {
  const node = mode === 'arbitrary-node' ? NODE.exec(name)?.groups : undefined;
  if (node !== undefined) return { ...blank, resource: 'nodes', name: node['name'] ?? '' };
  const account = SERVICE_ACCOUNT.exec(name)?.groups;
  if (account === undefined) return { ...blank, resource: 'users', name };
  const { namespace = '', name: accountName = '' } = account;
  return { ...blank, resource: 'serviceaccounts', namespace, name: accountName };
}

/** The requested groups or, if there are none, those that the name implies. */
function allGroups({ name, groups }: Wanted, mode: Mode): string[] {
  const account = SERVICE_ACCOUNT.exec(name)?.groups;
  const own =
    mode === 'arbitrary-node'
      ? ['system:nodes']
      : account !== undefined && groups.length === 0
        ? ['system:serviceaccounts', `system:serviceaccounts:${account['namespace']}`]
        : [...groups];
  const implied = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return own.includes(implied) || own.includes('system:unauthenticated') ? own : [...own, implied];
}
