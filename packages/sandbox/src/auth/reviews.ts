import { StatusError } from '../api/status-error.ts';
import { invalid, invalidObject } from '../resources/field-errors.ts';
import type { UserInfo } from '../resources/rules.ts';
import type { Store } from '../store/types.ts';
import { createAuthorizer, rulesOf } from './authorizer.ts';
import type { AccessDecision, AccessRequest } from './rbac-types.ts';

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

/** Answers a review by the plural of its resource: who am I, what may I or somebody do. */
export type Reviewer = (plural: string, review: Review, user: UserInfo, namespace: string) => Review;

/** Answers reviews from the roles and bindings in the store. Throws StatusError for an incomplete question. */
export function createReviewer(store: Store, now: () => Date): Reviewer {
  const authorize = createAuthorizer(store);
  return (plural, review, user, namespace) => {
    switch (plural) {
      case 'selfsubjectreviews':
        return whoAmI(review, user, now());
      case 'selfsubjectrulesreviews':
        return rulesReview(store, review, user);
      case 'selfsubjectaccessreviews':
        return answered(review, authorize(user, requestOf(specOf(review), true)));
      default: {
        const spec = specOf(review);
        const request = requestOf(spec, false);
        if (plural === 'localsubjectaccessreviews') checkLocal(spec, namespace);
        return answered(review, authorize({ name: spec.user ?? '', groups: spec.groups ?? [] }, request));
      }
    }
  };
}

function specOf(review: Review): AccessSpec {
  return review['spec'] ?? {};
}

function refuse(path: string, value: unknown, detail: string): StatusError {
  return invalidObject(AUTHORIZATION, '', '', [invalid(path, value, detail)]);
}

function requestOf(spec: AccessSpec, isSelf: boolean): AccessRequest {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (resource !== undefined && path !== undefined) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    throw refuse('spec.nonResourceAttributes', path, detail);
  }
  if (resource === undefined && path === undefined) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw refuse('spec.resourceAttributes', null, detail);
  }
  if (!isSelf && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0) {
    throw refuse('spec.user', spec.user ?? '', 'at least one of user or group must be specified');
  }
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

function checkLocal(spec: AccessSpec, namespace: string): void {
  if (spec.nonResourceAttributes !== undefined) {
    const detail = 'disallowed on this kind of request';
    throw refuse('spec.nonResourceAttributes', spec.nonResourceAttributes, detail);
  }
  const asked = spec.resourceAttributes?.namespace ?? '';
  if (asked !== namespace) {
    throw refuse('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace');
  }
}

function answered(review: Review, { allowed, reason }: AccessDecision): Review {
  return { ...review, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function whoAmI(review: Review, user: UserInfo, now: Date): Review {
  const userInfo = {
    username: user.name,
    ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
    groups: [...user.groups],
    ...(user.extra === undefined ? {} : { extra: user.extra }),
  };
  const creationTimestamp = `${now.toISOString().slice(0, 19)}Z`;
  return { ...review, metadata: { creationTimestamp }, status: { userInfo } };
}

function rulesReview(store: Store, review: Review, user: UserInfo): Review {
  const namespace = (review['spec'] as { namespace?: string } | undefined)?.namespace ?? '';
  if (namespace === '') throw new StatusError(400, 'BadRequest', 'no namespace on request');
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
