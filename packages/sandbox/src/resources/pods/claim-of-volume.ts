import type { PodObject, Volume } from './types.ts';

/** The name of a volume's claim: the one that it references, or that of an ephemeral volume; undefined for others. */
export function claimOfVolume({ metadata }: Pick<PodObject, 'metadata'>, volume: Volume): string | undefined {
  const { persistentVolumeClaim, ephemeral, name } = volume;
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${metadata.name ?? ''}-${name}`;
}
