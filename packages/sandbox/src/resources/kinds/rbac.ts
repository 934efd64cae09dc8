import { isDeepStrictEqual } from 'node:util';
import type { PolicyRule, RoleObject, Subject } from './rbac-types.ts';
import type { FieldError } from '../../machinery/status-error.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import { child, index, invalid, notSupported, required } from '../../machinery/field-errors.ts';
import { dns1123Subdomain, pathSegment } from '../../machinery/names.ts';
import type { KindRules } from '../rules.ts';
import { AGE, column, NAME, wide } from '../tables/columns.ts';
import { ageOf } from '../tables/age.ts';
import { defineKind } from './kind.ts';

const GROUP = 'rbac.authorization.k8s.io';

interface Binding extends KubeObject {
  subjects?: Subject[];
  roleRef: { apiGroup: string; kind: string; name: string };
}

function validateRule(rule: PolicyRule, namespaced: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((rule.verbs ?? []).length === 0) {
    errors.push(required(child(path, 'verbs'), 'verbs must contain at least one value'));
  }
  if ((rule.nonResourceURLs ?? []).length > 0) {
    const at = child(path, 'nonResourceURLs');
    if (namespaced) {
      const detail = 'namespaced rules cannot apply to non-resource URLs';
      errors.push(invalid(at, rule.nonResourceURLs, detail));
    }
    const resources = [rule.apiGroups, rule.resources, rule.resourceNames].some(
      (list) => (list ?? []).length > 0,
    );
    if (resources) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(at, rule.nonResourceURLs, detail));
    }
    return errors;
  }
  if ((rule.apiGroups ?? []).length === 0) {
    errors.push(required(child(path, 'apiGroups'), 'resource rules must supply at least one api group'));
  }
  if ((rule.resources ?? []).length === 0) {
    errors.push(required(child(path, 'resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}

function roleKind(kind: string, plural: string, namespaced: boolean): KindRules {
  return defineKind({
    group: GROUP,
    kind,
    plural,
    namespaced,
    checkName: pathSegment,
    validate: (object) =>
      ((object as RoleObject).rules ?? []).flatMap((rule, position) =>
        validateRule(rule, namespaced, index('rules', position)),
      ),
    columns: [NAME, column('Created At', AGE.description, 'date')],
    row: (object) => ({
      cells: [object.metadata.name ?? '', object.metadata.creationTimestamp ?? null],
    }),
  });
}

export const ROLES = roleKind('Role', 'roles', true);
export const CLUSTER_ROLES = roleKind('ClusterRole', 'clusterroles', false);

function validateSubject(subject: Subject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (subject.name === '') errors.push(required(child(path, 'name')));
  const group = subject.apiGroup ?? '';
  if (subject.kind === 'ServiceAccount') {
    if (subject.name !== '') {
      const texts = dns1123Subdomain(subject.name);
      errors.push(...texts.map((text) => invalid(child(path, 'name'), subject.name, text)));
    }
    if (group !== '') errors.push(notSupported(child(path, 'apiGroup'), group, ['']));
    if ((subject.namespace ?? '') === '') errors.push(required(child(path, 'namespace')));
  } else if (subject.kind === 'User' || subject.kind === 'Group') {
    if (group !== GROUP) errors.push(notSupported(child(path, 'apiGroup'), group, [GROUP]));
  } else {
    const kinds = ['ServiceAccount', 'User', 'Group'];
    errors.push(notSupported(child(path, 'kind'), subject.kind, kinds));
  }
  return errors;
}

function bindingKind(kind: string, plural: string, namespaced: boolean): KindRules {
  const roleKinds = namespaced ? ['ClusterRole', 'Role'] : ['ClusterRole'];
  return defineKind({
    group: GROUP,
    kind,
    plural,
    namespaced,
    checkName: pathSegment,
    default(object) {
      const binding = object as Binding;
      if (binding.roleRef?.apiGroup === '') binding.roleRef.apiGroup = GROUP;
      for (const subject of binding.subjects ?? []) {
        if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ??= GROUP;
      }
    },
    validate(object) {
      const { roleRef, subjects = [] } = object as Binding;
      const errors: FieldError[] = [];
      if (roleRef.apiGroup !== GROUP)
        errors.push(notSupported('roleRef.apiGroup', roleRef.apiGroup, [GROUP]));
      if (!roleKinds.includes(roleRef.kind))
        errors.push(notSupported('roleRef.kind', roleRef.kind, roleKinds));
      if (roleRef.name === '') errors.push(required('roleRef.name'));
      else
        errors.push(...pathSegment(roleRef.name).map((text) => invalid('roleRef.name', roleRef.name, text)));
      return [
        ...errors,
        ...subjects.flatMap((subject, position) => validateSubject(subject, index('subjects', position))),
      ];
    },
    validateUpdate(object, old) {
      const { roleRef } = object as Binding;
      return isDeepStrictEqual(roleRef, (old as Binding).roleRef)
        ? []
        : [invalid('roleRef', roleRef, 'cannot change roleRef')];
    },
    columns: [
      NAME,
      column(
        'Role',
        'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error. This field is immutable.',
      ),
      AGE,
      wide('Users', 'Users in the roleBinding'),
      wide('Groups', 'Groups in the roleBinding'),
      wide('ServiceAccounts', 'ServiceAccounts in the roleBinding'),
    ],
    row(object, now) {
      const { metadata, roleRef, subjects = [] } = object as Binding;
      const named = (wanted: string): string =>
        subjects
          .filter((subject) => subject.kind === wanted)
          .map((subject) =>
            wanted === 'ServiceAccount' ? `${subject.namespace}/${subject.name}` : subject.name,
          )
          .join(', ');
      return {
        cells: [
          metadata.name ?? '',
          `${roleRef.kind}/${roleRef.name}`,
          ageOf(metadata.creationTimestamp, now),
          named('User'),
          named('Group'),
          named('ServiceAccount'),
        ],
      };
    },
  });
}

export const ROLE_BINDINGS = bindingKind('RoleBinding', 'rolebindings', true);
export const CLUSTER_ROLE_BINDINGS = bindingKind('ClusterRoleBinding', 'clusterrolebindings', false);
