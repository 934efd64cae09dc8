import type { KindRules } from '../resources/rules.ts';
import type { KubeObject } from '../machinery/objects.ts';
import type { Resource } from './discovery/resource-table.ts';
import { served } from './read/events-conversion.ts';

/** Finds the rules of a kind by its resource's key in the store; undefined where there are none of its own. */
export type RulesLookup = (resource: string) => KindRules | undefined;

/** Names of the Go types in messages that show them: the internal package of a group. */
const GO_PACKAGES: Readonly<Record<string, string>> = {
  '': 'core',
  'rbac.authorization.k8s.io': 'rbac',
  'events.k8s.io': 'core',
};

export function goPackage(group: string): string {
  return GO_PACKAGES[group] ?? group.split('.')[0] ?? group;
}

/** The kind of a collection of this resource. */
export function listKind(resource: Pick<Resource, 'kind'>): string {
  return `${resource.kind}List`;
}

/** The object with `kind` and `apiVersion` in front, as a single object is answered. */
export function typed(resource: Resource, object: KubeObject): KubeObject {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = served(resource, object);
  return { kind: resource.kind, apiVersion: resource.apiVersion, ...rest };
}

/** The object without `kind` and `apiVersion`, as items of a list are answered. */
export function untyped(resource: Resource, object: KubeObject): Record<string, unknown> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = served(resource, object);
  return rest;
}
