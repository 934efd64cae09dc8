import type { KindRules } from '../resources/rules.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Resource } from './discovery/resource-table.ts';
import { served } from './read/events-conversion.ts';

/** Finds the rules of a kind by its resource's key in the store; undefined if it has none. */
export type RulesLookup = (resource: string) => KindRules | undefined;

/** Internal Go packages of groups, which some messages contain. */
const GO_PACKAGES: Readonly<Record<string, string>> = {
  '': 'core',
  'rbac.authorization.k8s.io': 'rbac',
  'events.k8s.io': 'core',
};

export function goPackage(group: string): string {
  return GO_PACKAGES[group] ?? group.split('.')[0] ?? group;
}

/** The list kind of a resource. */
export function listKind(resource: Pick<Resource, 'kind'>): string {
  return `${resource.kind}List`;
}

/** The object with `kind` and `apiVersion` first, as in a response with a single object. */
export function typed(resource: Resource, object: KubeObject): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = served(resource, object);
  return { kind: resource.kind, apiVersion: resource.apiVersion, ...rest };
}

/** The object without `kind` and `apiVersion`, as in list items. */
export function untyped(resource: Resource, object: KubeObject): Record<string, unknown> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = served(resource, object);
  return rest;
}
