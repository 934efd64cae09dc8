/** Where archives are unpacked: directly on the machine, or in the user namespace of containers. */
export interface UnpackingHost {
  /** The exclusive upper bound of the user ids that files can have. */
  readonly ids: { readonly users: number };
  /** The command that runs `argv` on the files of containers. */
  enterWithoutPid(argv: readonly string[]): string[];
  /** Deletes files of any owner. */
  remove(path: string): Promise<void>;
}
