/** A volume can't be set up (yet); shown in a FailedMount event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}
