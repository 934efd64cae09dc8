import type { FieldError } from '../../machinery/status-error.ts';
import { child, forbidden, index, invalid, required } from '../../machinery/field-errors.ts';
import { dns1123Subdomain } from '../../machinery/names.ts';
import { localPath } from './paths.ts';
import type { VolumeProjection } from './types.ts';
import { requiredText } from './validate-key-paths.ts';
import { validateDownwardFile, validateItems } from './validate-key-paths.ts';

/** Bounds of a token's expirationSeconds. */
const MIN_TOKEN_SECONDS = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

/** Validates the sources of a projected volume. */
export function validateProjections(sources: readonly VolumeProjection[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const addPath = (target: string, shown: string): void => {
    if (target === '') return;
    if (paths.has(target)) errors.push(invalid(path, shown, 'conflicting duplicate paths'));
    paths.add(target);
  };
  for (const [position, source] of sources.entries()) {
    const at = index(child(path, 'sources'), position);
    for (const kind of ['secret', 'configMap'] as const) {
      const projection = source[kind];
      if (projection === undefined) continue;
      errors.push(...requiredText(projection.name, child(at, `${kind}.name`)));
      for (const [number, item] of (projection.items ?? []).entries()) {
        const itemAt = index(child(at, `${kind}.items`), number);
        errors.push(...validateItems([item], '').map((error) => moved(error, itemAt)));
        addPath(item.path, projection.name ?? '');
      }
    }
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...validateDownwardFile(file, child(at, 'downwardAPI')));
      addPath(file.path, file.path);
    }
    const token = source.serviceAccountToken;
    if (token !== undefined) {
      const seconds = token.expirationSeconds ?? 0;
      const secondsPath = child(at, 'serviceAccountToken.expirationSeconds');
      if (seconds < MIN_TOKEN_SECONDS) {
        errors.push(invalid(secondsPath, seconds, 'may not specify a duration less than 10 minutes'));
      }
      if (seconds > MAX_TOKEN_SECONDS) {
        errors.push(invalid(secondsPath, seconds, 'may not specify a duration larger than 2^32 seconds'));
      }
      if (token.path === '') errors.push(required(child(path, 'path')));
      else errors.push(...localPath(token.path, child(path, 'path')));
    }
    errors.push(...validateTrustBundle(source, at));
    if (source.clusterTrustBundle !== undefined) {
      addPath(source.clusterTrustBundle.path, source.clusterTrustBundle.path);
    }
    if (Object.keys(source).length > 1) {
      errors.push(forbidden(at, 'may not specify more than 1 volume type per source'));
    }
  }
  return errors;
}

/** Replaces the `[0]` at the start of an error's path with `path`. */
function moved(error: FieldError, path: string): FieldError {
  return { ...error, field: `${path}${error.field.slice('[0]'.length)}` };
}

function validateTrustBundle(source: VolumeProjection, path: string): FieldError[] {
  const bundle = source.clusterTrustBundle;
  if (bundle === undefined) return [];
  const at = child(path, 'clusterTrustBundle');
  const errors: FieldError[] = [];
  if (bundle.name !== undefined && bundle.signerName !== undefined) {
    errors.push(invalid(at, bundle, 'only one of name and signerName may be used'));
  } else if (bundle.name !== undefined) {
    if (bundle.name === '') errors.push(required(child(at, 'name'), 'must be a valid object name'));
    for (const text of dns1123Subdomain(bundle.name)) {
      errors.push(invalid(child(at, 'name'), bundle.name, `not a valid clustertrustbundlename: ${text}`));
    }
  } else if (bundle.signerName === undefined) {
    errors.push(required(at, 'either name or signerName must be specified'));
  } else if (bundle.signerName === '') {
    errors.push(required(child(at, 'signerName'), 'must be a valid signer name'));
  }
  errors.push(...requiredText(bundle.path, child(at, 'path')));
  return [...errors, ...localPath(bundle.path, child(at, 'path'))];
}
