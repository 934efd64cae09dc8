import type { ApiRequest } from './types.ts';

/** A request in the terms of authorization. */
export interface ApiCallDescription {
  verb: string;
  /** API group; empty for the core group. */
  group: string;
  resource: string;
  subresource: string | undefined;
  namespace: string | undefined;
  name: string | undefined;
}

const VERBS: Readonly<Record<ApiRequest['method'], string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Parses verb, resource and names from a request's path; undefined if the path is not that of a resource. */
export function describeCall(method: ApiRequest['method'], target: string): ApiCallDescription | undefined {
  const [path = '', query = ''] = target.split('?');
  // The server may have a base path, so the API's own path is searched for.
  const match = /\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/(.+)$/.exec(path);
  if (match === null) return undefined;
  const segments = (match[2] ?? '').split('/').map(unescape);
  const scoped = segments[0] === 'namespaces' && segments.length > 2;
  const [resource, name, subresource] = scoped ? segments.slice(2) : segments;
  if (resource === undefined) return undefined;
  const isWatch = /(?:^|&)watch=(?!false|0)/.test(query);
  const verb = method === 'GET' && name === undefined ? (isWatch ? 'watch' : 'list') : VERBS[method];
  const namespace = scoped ? segments[1] : undefined;
  return { verb, group: match[1] ?? '', resource, subresource, namespace, name };
}

function unescape(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
