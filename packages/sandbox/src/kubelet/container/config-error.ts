/** The container's configuration can't be put together; shown as CreateContainerConfigError. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
