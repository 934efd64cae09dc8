import type { PodObject, Volume } from './types.ts';

/** The claim that a pod's volume is of: one that it names, or its own, which is made for it; undefined for others. */
export function claimOfVolume({ metadata }: Pick<PodObject, 'metadata'>, volume: Volume): string | undefined {
  const { persistentVolumeClaim, ephemeral, name } = volume;
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? undefined : `${metadata.name ?? ''}-${name}`;
}
