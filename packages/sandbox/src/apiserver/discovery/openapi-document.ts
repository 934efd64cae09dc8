import { schemasOf } from './openapi-schemas.ts';
import { findGroupVersion, type GroupVersion, type Resource } from './resource-table.ts';
import type { Verb } from './resource-types.ts';
import { VERSION } from './version.ts';

type Json = Record<string, unknown>;

/** Clients look for these parameters to find out whether the server supports field validation and dry runs. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'].map(queryParameter);
const DELETE_PARAMETERS = ['dryRun', 'gracePeriodSeconds', 'propagationPolicy', 'pretty'].map(queryParameter);

/** The methods of a path, each with its verb, and its action in the document. */
const COLLECTION_METHODS: readonly [method: string, verb: Verb, action: string, parameters: Json[]][] = [
  ['get', 'list', 'list', []],
  ['post', 'create', 'post', WRITE_PARAMETERS],
  ['delete', 'deletecollection', 'deletecollection', DELETE_PARAMETERS],
];
const OBJECT_METHODS: typeof COLLECTION_METHODS = [
  ['get', 'get', 'get', []],
  ['put', 'update', 'put', WRITE_PARAMETERS],
  ['patch', 'patch', 'patch', [...WRITE_PARAMETERS, queryParameter('force')]],
  ['delete', 'delete', 'delete', DELETE_PARAMETERS],
];

const documents = new Map<GroupVersion, string>();

/** The OpenAPI v3 document of a group version, as JSON; undefined if it is not served. */
export function openApiDocument(group: string, version: string): string | undefined {
  const groupVersion = findGroupVersion(group, version);
  if (groupVersion === undefined) return undefined;
  let document = documents.get(groupVersion);
  if (document === undefined) {
    document = JSON.stringify({
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: VERSION.gitVersion },
      paths: Object.assign(
        {},
        ...groupVersion.resources.map((resource) => pathsOf(groupVersion, resource)),
      ) as Json,
      components: { schemas: schemasOf(groupVersion) },
    });
    documents.set(groupVersion, document);
  }
  return document;
}

function pathsOf({ group, apiVersion }: GroupVersion, resource: Resource): Json {
  const root = `/${group === '' ? 'api' : 'apis'}/${apiVersion}`;
  const collection = `${root}${resource.namespaced ? '/namespaces/{namespace}' : ''}/${resource.plural}`;
  const namespace = resource.namespaced ? [pathParameter('namespace')] : [];
  return {
    [collection]: pathItem(resource, COLLECTION_METHODS, namespace),
    [`${collection}/{name}`]: pathItem(resource, OBJECT_METHODS, [pathParameter('name'), ...namespace]),
  };
}

function pathItem(
  { kind, group, version, verbs }: Resource,
  methods: typeof COLLECTION_METHODS,
  parameters: Json[],
): Json {
  const operations = methods
    .filter(([, verb]) => verbs.includes(verb))
    .map(([method, , action, own]) => [
      method,
      {
        parameters: own,
        responses: { 200: { description: 'OK' } },
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': { group, kind, version },
      },
    ]);
  return { ...Object.fromEntries(operations), parameters } as Json;
}

function queryParameter(name: string): Json {
  return { name, in: 'query', schema: { type: 'string', uniqueItems: true } };
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}
