import type { KindRules } from '../rules.ts';
import { defineKind } from './kind.ts';

/** Reviews are not stored; only their schemas are used. */
export const REVIEWS: readonly KindRules[] = [
  ['authentication.k8s.io', 'SelfSubjectReview'],
  ['authentication.k8s.io', 'TokenReview'],
  ['authorization.k8s.io', 'SelfSubjectAccessReview'],
  ['authorization.k8s.io', 'SelfSubjectRulesReview'],
  ['authorization.k8s.io', 'SubjectAccessReview'],
  ['authorization.k8s.io', 'LocalSubjectAccessReview'],
].map(([group = '', kind = '']) =>
  defineKind({
    group,
    kind,
    plural: `${kind.toLowerCase()}s`,
    namespaced: kind.startsWith('Local'),
    checkName: () => [],
  }),
);
