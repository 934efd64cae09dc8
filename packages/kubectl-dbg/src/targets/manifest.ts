import { DbgError } from '../model/failure.ts';
import { kindOf, type TargetKind } from './parse-target.ts';
import { loadAllYaml } from '../base/yaml.ts';

/**
 * One object in a manifest. A pod or node is used unchanged, not fetched; a workload's pods are read from the cluster.
 */
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
 * Parses the objects of a manifest, JSON or YAML, in one or several documents; a List means its items. `source` is its
 * name in messages. Throws DbgError (usage).
 */
export async function readManifest(text: string, source: string): Promise<ManifestObject[]> {
  let documents: unknown[];
  try {
    documents = await loadAllYaml(text);
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new DbgError('usage', 'ManifestUnreadable', `${source} can't be read: ${why}`, { source, why });
  }
  const objects = documents.flatMap((document) => objectsOf(document, source));
  if (objects.length > 0) return objects;
  throw new DbgError('usage', 'ManifestEmpty', `${source} contains no object`, { source });
}

function objectsOf(document: unknown, source: string): ManifestObject[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new DbgError('usage', 'ManifestNotAnObject', `${source} has a document that is not an object`, {
      source,
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
    throw new DbgError('usage', 'ManifestKindNotDebuggable', `"${type}" not supported by debug`, {
      source,
      type,
    });
  }
  if (object.metadata?.name === undefined) {
    throw new DbgError('usage', 'ManifestNameless', `a ${kind} in ${source} has no name`, { source, kind });
  }
  return [{ kind: known, object }];
}

/** The error for the file or directory of a manifest that does not exist. */
export function missingManifest(path: string): DbgError {
  return new DbgError('usage', 'ManifestNotFound', `the path "${path}" does not exist`, { path });
}

/**
 * The namespace of an object in a manifest: its own, otherwise the current one. Throws DbgError (usage) if a different
 * one was requested (`written`).
 */
export function manifestNamespace({ object }: ManifestObject, current: string, written: boolean): string {
  const own = object.metadata?.namespace;
  if (own === undefined || own === current) return current;
  if (!written) return own;
  throw new DbgError(
    'usage',
    'NamespaceMismatch',
    `the namespace from the provided object "${own}" does not match the namespace "${current}".`,
    { own, current },
  );
}
