import type { Pod } from 'kubernetes-types/core/v1.d.ts';

/**
 * Whether a pod is older than this version. Versions are growing decimal numbers, as all servers send them and Kubernetes
 * guarantees since v1.35; others can't be compared.
 */
export function isOlder({ metadata }: Pod, version: string | undefined): boolean {
  const own = metadata?.resourceVersion;
  if (own === undefined || version === undefined || !isNumber(own) || !isNumber(version)) return false;
  return own.length === version.length ? own < version : own.length < version.length;
}

function isNumber(version: string): boolean {
  return /^[1-9]\d{0,30}$/.test(version);
}
