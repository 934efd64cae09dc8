import type { RuntimeVolumes, VolumeContent } from '../../cri/runtime.ts';

/** A location in a volume: its files, and the path in it. */
export interface VolumePlace {
  files: Map<string, Buffer>;
  path: string;
}

/** The volumes of simulated pods, in memory and shared between containers. */
export class SimulatedVolumes implements RuntimeVolumes {
  /** Files by their path in the volume (`/key`), by the volume's path on the node. */
  readonly #volumes = new Map<string, Map<string, Buffer>>();

  put(path: string, content: readonly VolumeContent[] = []): void {
    const files = this.#volumes.get(path) ?? new Map<string, Buffer>();
    for (const file of content) files.set(`/${file.path}`, file.data);
    this.#volumes.set(path, files);
  }

  remove(path: string): void {
    for (const known of this.#volumes.keys()) {
      if (known === path || known.startsWith(`${path}/`)) this.#volumes.delete(known);
    }
  }

  /** The volume that contains a path of the node; undefined if there is none. */
  find(path: string): VolumePlace | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const files = this.#volumes.get(path.slice(0, end));
      if (files !== undefined) return { files, path: path.slice(end) };
    }
    return undefined;
  }
}
