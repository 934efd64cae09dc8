/** Attributes of a request from its method, path and query, before any handler runs. */
export interface RequestInfo {
  isResourceRequest: boolean;
  path: string;
  /** An API verb for resources; the lower-case method for other paths. */
  verb: string;
  group: string;
  version: string;
  namespace: string;
  /** The plural; empty if the path has none. */
  resource: string;
  subresource: string;
  name: string;
  /** The path after the subresource (`proxy/a/b`). */
  rest: readonly string[];
  /** Whether the path has the deprecated `/watch/` prefix. */
  watchPath: boolean;
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);
const WRITE_VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** Resolves request info like the API server; both authorization and routing use it. */
export function readRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const parts = path.split('/').filter((part) => part !== '');
  const info: RequestInfo = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: [],
    watchPath: false,
  };
  const rest = readGroupVersion(parts, info);
  if (rest === undefined || rest.length === 0) return info;
  const words = rest.map(decode);
  if (words[0] === 'watch' && words.length > 1) {
    info.watchPath = true;
    words.shift();
  }
  info.isResourceRequest = true;
  readResource(words, info);
  info.verb = verbOf(method, info, query);
  return info;
}

function readGroupVersion(parts: readonly string[], info: RequestInfo): string[] | undefined {
  const [root, first = '', second = '', ...rest] = parts;
  if (root === 'api' && parts.length >= 3) {
    info.version = first;
    return [second, ...rest];
  }
  if (root === 'apis' && parts.length >= 4) {
    info.group = first;
    info.version = second;
    return rest;
  }
  return undefined;
}

function readResource(words: readonly string[], info: RequestInfo): void {
  const [first = '', namespace = '', third] = words;
  let own = words;
  if (first === 'namespaces') {
    if (namespace !== '') info.namespace = namespace;
    // `namespaces/x` and its subresources refer to the namespace, all other paths to a resource in it.
    if (third !== undefined && !NAMESPACE_SUBRESOURCES.has(third)) own = words.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = own;
  Object.assign(info, { resource, name, subresource, rest });
}

function verbOf(method: string, info: RequestInfo, query: URLSearchParams): string {
  const write = WRITE_VERBS[method];
  if (write !== undefined) return write;
  if (method === 'DELETE') return info.name === '' ? 'deletecollection' : 'delete';
  if (method !== 'GET' && method !== 'HEAD') return '';
  if (info.watchPath) return 'watch';
  if (info.name !== '') return 'get';
  // A list or watch with a field selector for one name is authorized for that name.
  const selector = query.get('fieldSelector') ?? '';
  const byName = /(?:^|,)metadata\.name={1,2}([^,]+)/.exec(selector);
  if (byName?.[1] !== undefined) info.name = byName[1];
  return isTrue(query.get('watch')) ? 'watch' : 'list';
}

/** A boolean in a query: everything except `false` and `0` is true. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0';
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
