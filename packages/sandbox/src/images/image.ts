import type { Mount } from '../runtime/runtime.ts';

/** The part of an OCI image configuration that a runtime obeys. */
export interface ImageConfig {
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  Env?: readonly string[];
  WorkingDir?: string;
  /** `user`, `uid`, `user:group` or `uid:gid`. */
  User?: string;
  StopSignal?: string;
}

/** An image that the node has. */
export interface Image {
  /** Digest of its configuration, `sha256:...`. */
  id: string;
  /** The first of its full references, as a container's status shows it. */
  reference: string;
  /** `registry/name@sha256:...`, absent for one that was never pulled from a registry. */
  repoDigest?: string;
  /** Compressed size in bytes. */
  size: number;
  config: ImageConfig;
  /** Directories that make up its root file system, the topmost first. */
  layers: readonly string[];
  /** What of the node's own files belongs to it. */
  mounts: readonly Mount[];
}
