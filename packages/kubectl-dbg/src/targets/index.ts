export { manifestNamespace, missingManifest, readManifest } from './manifest.ts';
export type { ManifestObject } from './manifest.ts';
export { parseTarget } from './parse-target.ts';
export type { TargetKind, TargetWord } from './parse-target.ts';
export { readRelatedObjects } from './related-objects.ts';
export { fetchTarget, manifestTarget, selectTargets } from './resolve-targets.ts';
export type { ResolvedTarget } from './resolve-targets.ts';
