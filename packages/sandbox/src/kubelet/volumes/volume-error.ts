/** A volume can't be set up (yet); shown in a FailedMount Event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}
