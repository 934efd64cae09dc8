import type { DownwardAPIVolumeFile, KeyToPath, VolumeProjection } from 'kubernetes-types/core/v1.d.ts';
import type { KubeObject } from '../../machinery/objects.ts';
import type { Store } from '../../store/types.ts';
import { type DownwardContext, fieldValue, resourceValue } from '../container/downward.ts';
import type { TokenIssuer } from '../../auth/token-issuer.ts';
import type { VolumeFile } from './file-set.ts';
import { VolumeError } from './volume-error.ts';

/** The API's default for defaultMode. */
export const DEFAULT_MODE = 0o644;

export interface SourceContext extends DownwardContext {
  store: Store;
  tokens: TokenIssuer | undefined;
}

/** The ConfigMap with the cluster's CA certificate. */
const ROOT_CA = 'kube-root-ca.crt';

interface KeyedSource {
  name?: string;
  items?: readonly KeyToPath[];
  optional?: boolean;
}

export function configMapFiles(source: KeyedSource, mode: number, context: SourceContext): VolumeFile[] {
  const name = source.name ?? '';
  const object = context.store.get<
    KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> }
  >('configmaps', context.pod.metadata.namespace, name);
  if (object === undefined) {
    if (source.optional === true) return [];
    if (name === ROOT_CA && context.tokens !== undefined) {
      // The controller may not have created it yet, but the content is known.
      const data = { 'ca.crt': Buffer.from(context.tokens.caCertificate) };
      return pick(data, source, mode, 'configmap');
    }
    throw new VolumeError(`configmap ${JSON.stringify(name)} not found`);
  }
  const text = Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value)]);
  const binary = Object.entries(object.binaryData ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64'),
  ]);
  const data = Object.fromEntries([...text, ...binary]) as Record<string, Buffer>;
  return pick(data, source, mode, 'configmap');
}

export function secretFiles(source: KeyedSource, mode: number, context: SourceContext): VolumeFile[] {
  const name = source.name ?? '';
  const object = context.store.get<KubeObject & { data?: Record<string, string> }>(
    'secrets',
    context.pod.metadata.namespace,
    name,
  );
  if (object === undefined) {
    if (source.optional === true) return [];
    throw new VolumeError(`secret ${JSON.stringify(name)} not found`);
  }
  const data = Object.fromEntries(
    Object.entries(object.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  );
  return pick(data, source, mode, 'secret');
}

function pick(
  data: Readonly<Record<string, Buffer>>,
  source: KeyedSource,
  mode: number,
  kind: 'configmap' | 'secret',
): VolumeFile[] {
  if (source.items === undefined) {
    return Object.entries(data).map(([path, bytes]) => ({ path, data: bytes, mode }));
  }
  return source.items.flatMap((item) => {
    const bytes = data[item.key];
    if (bytes !== undefined) return [{ path: item.path, data: bytes, mode: item.mode ?? mode }];
    if (source.optional === true) return [];
    throw new VolumeError(
      `${kind} references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${item.key}`,
    );
  });
}

export function downwardFiles(
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  context: SourceContext,
): VolumeFile[] {
  return items.map((item) => {
    const value =
      item.fieldRef === undefined
        ? item.resourceFieldRef === undefined
          ? ''
          : resourceValue(item.resourceFieldRef, undefined, context.pod)
        : fieldValue(item.fieldRef.fieldPath, context);
    return { path: item.path, data: Buffer.from(value), mode: item.mode ?? mode };
  });
}

/** The API's default for expirationSeconds. */
const TOKEN_SECONDS = 3600;

export function projectedFiles(
  sources: readonly VolumeProjection[],
  mode: number,
  context: SourceContext,
): VolumeFile[] {
  return sources.flatMap((source) => {
    if (source.configMap !== undefined) return configMapFiles(source.configMap, mode, context);
    if (source.secret !== undefined) return secretFiles(source.secret, mode, context);
    if (source.downwardAPI !== undefined) {
      return downwardFiles(source.downwardAPI.items ?? [], mode, context);
    }
    if (source.serviceAccountToken !== undefined) {
      const { audience, expirationSeconds, path } = source.serviceAccountToken;
      const { pod, tokens } = context;
      if (tokens === undefined) throw new VolumeError('no service account tokens are issued here');
      const { name = '', namespace = '', uid = '' } = pod.metadata;
      const serviceAccount = pod.spec.serviceAccountName ?? 'default';
      const account = context.store.get('serviceaccounts', namespace, serviceAccount);
      const token = tokens.issue({
        namespace,
        serviceAccount,
        serviceAccountUid: account?.metadata.uid ?? '',
        audiences: audience === undefined ? [] : [audience],
        expirationSeconds: expirationSeconds ?? TOKEN_SECONDS,
        bound: { kind: 'Pod', name, uid },
      });
      return [{ path, data: Buffer.from(token), mode }];
    }
    throw new VolumeError('a projected source that is not supported here');
  });
}
