/** The parts of the OCI runtime configuration that are used. Source: OCI runtime-spec 1.0.2, config.json. */
export interface OciSpec {
  ociVersion: string;
  hostname?: string;
  process: OciProcess;
  root: { path: string; readonly: boolean };
  mounts: OciMount[];
  linux: OciLinux;
  annotations?: Record<string, string>;
}

export interface OciProcess {
  terminal: boolean;
  user: { uid: number; gid: number; additionalGids?: number[] };
  args: string[];
  env: string[];
  cwd: string;
  capabilities: Record<'bounding' | 'effective' | 'permitted' | 'inheritable' | 'ambient', string[]>;
  noNewPrivileges: boolean;
}

export interface OciMount {
  destination: string;
  type: string;
  source: string;
  options: string[];
}

export type NamespaceType = 'pid' | 'network' | 'ipc' | 'uts' | 'mount' | 'cgroup';

export interface OciLinux {
  /** With a path, an existing namespace is joined. */
  namespaces: { type: NamespaceType; path?: string }[];
  /** If absent, runc creates one if permitted. */
  cgroupsPath?: string;
  resources: OciResources;
  devices: OciDevice[];
  maskedPaths: string[];
  readonlyPaths: string[];
  rootfsPropagation?: string;
  sysctl?: Record<string, string>;
  seccomp?: OciSeccomp;
}

export interface OciSeccomp {
  defaultAction: string;
  architectures: string[];
  syscalls: {
    names: string[];
    action: string;
    errnoRet?: number;
    /** For SCMP_CMP_MASKED_EQ, `value` is the mask and `valueTwo` the expected result. */
    args?: { index: number; value: number; valueTwo?: number; op: string }[];
  }[];
}

export interface OciResources {
  memory?: { limit: number };
  cpu?: { shares?: number; quota?: number; period?: number };
  devices: { allow: boolean; type?: string; major?: number; minor?: number; access: string }[];
}

export interface OciDevice {
  type: string;
  path: string;
  major: number;
  minor: number;
  fileMode?: number;
}
