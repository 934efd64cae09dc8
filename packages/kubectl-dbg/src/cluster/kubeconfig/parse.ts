import { configurationError, flag, isRecord, listOf, mapOf, object, ShapeError, text } from './shape.ts';
import type { ClusterEntry, ContextEntry, Entry, Kubeconfig, UserEntry } from './kubeconfig.ts';

const clusterShape = object({
  server: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': flag,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'proxy-url': text,
  'disable-compression': flag,
});

const userShape = object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  as: text,
  'as-uid': text,
  'as-groups': listOf(text),
  'as-user-extra': mapOf(listOf(text)),
  'auth-provider': object({ name: text, config: mapOf(text) }),
  exec: object({
    apiVersion: text,
    command: text,
    args: listOf(text),
    env: listOf(object({ name: text, value: text })),
    installHint: text,
    provideClusterInfo: flag,
    interactiveMode: text,
  }),
});

const contextShape = object({ cluster: text, user: text, namespace: text });

/**
 * Reads one kubeconfig file. Throws DbgError `configuration` that names the file and the entry at fault.
 *
 * @param file its absolute path, which relative paths inside count from
 */
export async function parseKubeconfig(content: string, file: string): Promise<Kubeconfig> {
  const document = await parseDocument(content, file);
  const config: Kubeconfig = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: undefined,
  };
  // An empty file is a kubeconfig without entries, as kubectl has it.
  if (document === null || document === undefined) return config;
  if (!isRecord(document)) throw configurationError(file, 'is not a map at the top');
  if (document['kind'] != null && document['kind'] !== 'Config') {
    throw configurationError(file, 'has another kind than Config');
  }
  config.clusters = entries<ClusterEntry>(document, 'clusters', 'cluster', clusterShape, file);
  config.users = entries<UserEntry>(document, 'users', 'user', userShape, file);
  config.contexts = entries<ContextEntry>(document, 'contexts', 'context', contextShape, file);
  const current = document['current-context'];
  if (current != null && typeof current !== 'string') {
    throw configurationError(file, 'current-context must be a text');
  }
  config.currentContext = current === '' ? undefined : (current ?? undefined);
  return config;
}

/** JSON needs no YAML parser, whose loading would be felt at each start. */
async function parseDocument(content: string, file: string): Promise<unknown> {
  const plain = content.charCodeAt(0) === BYTE_ORDER_MARK ? content.slice(1) : content;
  if (plain.trimStart().startsWith('{')) {
    try {
      return JSON.parse(plain) as unknown;
    } catch {
      // YAML's flow style begins with a brace, too
    }
  }
  const { load, YAMLException } = await import('js-yaml');
  try {
    return load(plain);
  } catch (error) {
    if (plain.trim() === '') return undefined;
    // The exception's own message quotes lines of the file, which may hold secrets.
    const mark = error instanceof YAMLException ? error.mark : undefined;
    const place = mark === undefined ? '' : ` (line ${mark.line + 1}, column ${mark.column + 1})`;
    // Up to the first quotation mark or bracket: there the reason quotes the file.
    const reason = error instanceof YAMLException ? `: ${error.reason.split(/["'<`]/)[0]?.trim()}` : '';
    throw configurationError(file, `is not valid YAML${place}${reason}`, 'Correct the file');
  }
}

const BYTE_ORDER_MARK = 0xfeff;

function entries<T>(
  document: Record<string, unknown>,
  list: string,
  key: string,
  check: (value: unknown, at: string) => void,
  file: string,
): Map<string, Entry<T>> {
  const found = new Map<string, Entry<T>>();
  const items = document[list] ?? [];
  if (!Array.isArray(items)) throw configurationError(file, `${list} must be a list`);
  for (const [index, item] of items.entries()) {
    if (!isRecord(item)) throw configurationError(file, `${list}[${index}] must be a map`);
    const name = item['name'] ?? '';
    if (typeof name !== 'string') throw configurationError(file, `${list}[${index}].name must be a text`);
    const value = item[key] ?? {};
    try {
      check(value, '');
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw configurationError(file, `${key} "${name}": ${error.message}`, 'Correct the entry');
    }
    // The last entry of a name counts within a file, as in Go's decoding into a map.
    found.set(name, { name, file, value: value as T });
  }
  return found;
}
