export { planEphemeral } from './ephemeral.ts';
export { PROFILE_EFFECTS } from './profiles.ts';
export { isTypeWord, resolveTarget } from './resolve.ts';
export type { TargetKind, TargetWord } from './resolve.ts';
export { defaultContainer, podName } from './target.ts';
export { isImageReference } from './image-reference.ts';
export type * from './types.ts';
