import { badRequest } from '../machinery/errors.ts';
import type { FieldError } from '../machinery/status-error.ts';
import { invalid, invalidObject } from '../machinery/field-errors.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { Store } from '../store/types.ts';
import { createAuthorizer, rulesOf } from './authorizer.ts';
import type { AccessDecision, AccessRequest } from './access-request.ts';

const AUTHORIZATION = 'authorization.k8s.io';

type Review = Record<string, unknown>;

interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

interface AccessSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
}

/** Completes a review: SelfSubjectReview, TokenReview, SubjectAccessReview and its variants. */
export type Reviewer = (plural: string, review: Review, user: UserInfo, namespace: string) => Review;

/** Reviews by the roles and bindings in the store. Throws StatusError for an invalid review. */
export function createReviewer(
  store: Store,
  now: () => Date,
  lookup: (token: string) => UserInfo | undefined,
): Reviewer {
  const authorize = createAuthorizer(store);
  return (plural, review, user, namespace) => {
    switch (plural) {
      case 'selfsubjectreviews':
        return whoAmI(review, user, now());
      case 'selfsubjectrulesreviews':
        return rulesReview(store, review, user);
      case 'tokenreviews':
        return tokenReview(review, lookup);
      default: {
        check(review, plural, namespace);
        const spec = specOf(review);
        const isSelf = plural === 'selfsubjectaccessreviews';
        const asked = isSelf ? user : { name: spec.user ?? '', groups: spec.groups ?? [] };
        return answered(review, authorize(asked, requestOf(spec)));
      }
    }
  };
}

function specOf(review: Review): AccessSpec {
  return review['spec'] ?? {};
}

/** Validates a SubjectAccessReview or a variant. */
function check(review: Review, plural: string, namespace: string): void {
  const isLocal = plural === 'localsubjectaccessreviews';
  const errors = specErrors(specOf(review), plural.startsWith('self'));
  const { namespace: _namespace, ...metadata } = (review['metadata'] ?? {}) as { namespace?: string };
  const given = isLocal ? metadata : (review['metadata'] ?? {});
  if (Object.keys(given).length > 0) {
    const detail = isLocal ? 'must be empty except for namespace' : 'must be empty';
    errors.push(invalid('metadata', review['metadata'], detail));
  }
  if (isLocal) errors.push(...localErrors(specOf(review), namespace));
  if (errors.length > 0) throw invalidObject(AUTHORIZATION, '', '', errors);
}

function specErrors(spec: AccessSpec, isSelf: boolean): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const errors: FieldError[] = [];
  if (resource !== undefined && path !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalid('spec.nonResourceAttributes', internal(path), detail));
  }
  if (resource === undefined && path === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalid('spec.resourceAttributes', null, detail));
  }
  if (!isSelf && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0) {
    errors.push(invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified'));
  }
  return errors;
}

function localErrors(spec: AccessSpec, namespace: string): FieldError[] {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  const errors: FieldError[] = [];
  if (resource !== undefined && (resource.namespace ?? '') !== namespace) {
    const detail = 'must match metadata.namespace';
    errors.push(invalid('spec.resourceAttributes.namespace', resource.namespace ?? '', detail));
  }
  if (path !== undefined) {
    const detail = 'disallowed on this kind of request';
    errors.push(invalid('spec.nonResourceAttributes', internal(path), detail));
  }
  return errors;
}

/** As in the server's messages: its internal type has no JSON tags. */
function internal({ path = '', verb = '' }: NonNullable<AccessSpec['nonResourceAttributes']>): object {
  return { Path: path, Verb: verb };
}

function requestOf({ resourceAttributes: resource, nonResourceAttributes: path }: AccessSpec): AccessRequest {
  return {
    isResourceRequest: resource !== undefined,
    verb: resource?.verb ?? path?.verb ?? '',
    path: path?.path ?? '',
    group: resource?.group ?? '',
    namespace: resource?.namespace ?? '',
    resource: resource?.resource ?? '',
    subresource: resource?.subresource ?? '',
    name: resource?.name ?? '',
  };
}

function answered(review: Review, { allowed, reason }: AccessDecision): Review {
  return { ...review, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

/** The user of a token. */
function tokenReview(review: Review, lookup: (token: string) => UserInfo | undefined): Review {
  const { token = '', audiences } = (review['spec'] ?? {}) as { token?: string; audiences?: string[] };
  if (token === '') throw badRequest('token is required for TokenReview in authentication');
  const user = lookup(token);
  if (user === undefined) return { ...review, status: { user: {}, error: 'invalid bearer token' } };
  const audience = audiences ?? ['https://kubernetes.default.svc.cluster.local'];
  return { ...review, status: { authenticated: true, user: userInfoOf(user), audiences: audience } };
}

function whoAmI(review: Review, user: UserInfo, now: Date): Review {
  const creationTimestamp = `${now.toISOString().slice(0, 19)}Z`;
  return { ...review, metadata: { creationTimestamp }, status: { userInfo: userInfoOf(user) } };
}

function userInfoOf(user: UserInfo): Record<string, unknown> {
  return {
    username: user.name,
    ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  };
}

function rulesReview(store: Store, review: Review, user: UserInfo): Review {
  const namespace = (review['spec'] as { namespace?: string } | undefined)?.namespace ?? '';
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = rulesOf(store, user, namespace);
  const resourceRules = rules
    .filter((rule) => (rule.resources ?? []).length > 0)
    .map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs,
      apiGroups,
      resources,
      ...(resourceNames === undefined ? {} : { resourceNames }),
    }));
  const nonResourceRules = rules
    .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
    .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
  return { ...review, spec: {}, status: { resourceRules, nonResourceRules, incomplete: false } };
}
