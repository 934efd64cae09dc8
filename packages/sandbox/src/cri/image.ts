import type { Mount } from './runtime.ts';

/** The part of an OCI image configuration that a runtime uses. */
export interface ImageConfig {
  Entrypoint?: readonly string[];
  Cmd?: readonly string[];
  Env?: readonly string[];
  WorkingDir?: string;
  /** `user`, `uid`, `user:group` or `uid:gid`. */
  User?: string;
  StopSignal?: string;
}

/** An image on the node. */
export interface Image {
  /** Digest of its configuration, `sha256:...`. */
  id: string;
  /** The first of its full references, as a container's status shows it. */
  reference: string;
  /** `registry/name@sha256:...`; absent if it was never pulled from a registry. */
  repoDigest?: string;
  /** Compressed size in bytes. */
  size: number;
  config: ImageConfig;
  /** Directories of its root file system, the topmost first. */
  layers: readonly string[];
  /** The node's own files that belong to it. */
  mounts: readonly Mount[];
}
