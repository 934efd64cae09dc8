import { ImageError } from '../cri/runtime.ts';

/** A parsed image reference, with the defaults `docker.io`, `library/` and `latest`. */
export interface ImageReference {
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

const DEFAULT_REGISTRY = 'docker.io';
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const DOMAIN =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/**
 * Parses a reference according to the grammar of distribution/reference.
 *
 * @throws ImageError InvalidImageName with the kubelet's message
 */
export function parseReference(text: string): ImageReference {
  const invalid = (detail: string): ImageError => {
    const quoted = JSON.stringify(text);
    return new ImageError(
      'InvalidImageName',
      `Failed to apply default image tag ${quoted}: couldn't parse image name ${quoted}: invalid reference format${detail}`,
    );
  };
  const [beforeDigest = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) throw invalid('');
  const slash = beforeDigest.indexOf('/');
  const first = slash < 0 ? '' : beforeDigest.slice(0, slash);
  const hasRegistry = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || /[A-Z]/.test(first));
  const rest = hasRegistry ? beforeDigest.slice(slash + 1) : beforeDigest;
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (/[A-Z]/.test(path)) throw invalid(`: repository name (${path}) must be lowercase`);
  if (hasRegistry && !DOMAIN.test(first)) throw invalid('');
  if (!path.split('/').every((component) => COMPONENT.test(component))) throw invalid('');
  if (tag !== undefined && !TAG.test(tag)) throw invalid('');
  const registry = hasRegistry ? first : DEFAULT_REGISTRY;
  return {
    registry,
    repository: registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path,
    ...(tag === undefined && digest === undefined ? { tag: 'latest' } : {}),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The full form of a reference, which identifies an image. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  const digest = reference.digest === undefined ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}
