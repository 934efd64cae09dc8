/** Where archives are unpacked: on the machine, or as a user of containers' files there. */
export interface UnpackingHost {
  /** The exclusive upper bound of the users that files can be given to. */
  readonly ids: { readonly users: number };
  /** The command that runs `argv` on the files of containers. */
  beside(argv: readonly string[]): string[];
  /** Removes files, whoever they belong to. */
  remove(path: string): Promise<void>;
}
