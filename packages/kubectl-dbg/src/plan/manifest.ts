import { DbgError } from '../errors.ts';
import { kindOf, type TargetKind } from './resolve.ts';
import { loadAllYaml } from './yaml.ts';

/** One object of a manifest. A pod or node is used as it is, not fetched; a workload's pods are looked up. */
export interface ManifestObject {
  kind: TargetKind;
  object: Manifest;
}

interface Manifest {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string };
  items?: unknown[];
}

/**
 * Reads the objects of a manifest, JSON or YAML, in one or several documents; a List stands for its items.
 * `source` names it in messages. Throws DbgError (usage).
 */
export async function readManifest(text: string, source: string): Promise<ManifestObject[]> {
  let documents: unknown[];
  try {
    documents = await loadAllYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new DbgError('usage', `${source} can't be read: ${why}`, { remedy: 'Write it as JSON or YAML' });
  }
  const objects = documents.flatMap((document) => objectsOf(document, source));
  if (objects.length > 0) return objects;
  throw new DbgError('usage', `${source} holds no object`, { remedy: 'Write a pod in it, or name one' });
}

function objectsOf(document: unknown, source: string): ManifestObject[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new DbgError('usage', `${source} holds something that is no object`, {
      remedy: 'Each document needs apiVersion, kind and metadata',
    });
  }
  const object = document as Manifest;
  const { apiVersion = '', kind = '' } = object;
  if (kind === 'List' || (kind.endsWith('List') && Array.isArray(object.items))) {
    return (object.items ?? []).flatMap((item) => objectsOf(item, source));
  }
  const known = kindOf(apiVersion, kind);
  if (known === undefined) {
    const type = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`;
    throw new DbgError('usage', `"${type}" not supported by debug`, {
      remedy: `Leave it out of ${source}: only pods, nodes and workloads can be debugged`,
    });
  }
  if (object.metadata?.name === undefined) {
    throw new DbgError('usage', `a ${kind} in ${source} has no name`, { remedy: 'Give it metadata.name' });
  }
  return [{ kind: known, object }];
}

/** The error for a file or folder of `-f` that isn't there. */
export function missingManifest(path: string): DbgError {
  return new DbgError('usage', `the path "${path}" does not exist`, {
    remedy: 'Name a file, folder, URL or -',
  });
}

/**
 * The namespace of an object of a manifest: its own, else the current one. Throws DbgError (usage) if `--namespace`
 * was written and names another one.
 */
export function manifestNamespace({ object }: ManifestObject, current: string, written: boolean): string {
  const own = object.metadata?.namespace;
  if (own === undefined || own === current) return current;
  if (!written) return own;
  throw new DbgError(
    'usage',
    `the namespace from the provided object "${own}" does not match the namespace "${current}".`,
    { remedy: `Write --namespace=${own}, or leave it out` },
  );
}
