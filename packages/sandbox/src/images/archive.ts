import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Image, ImageConfig } from './image.ts';
import type { ImageStore } from './image-store.ts';
import { applyLayer, unpack } from './layer.ts';
import { formatReference, parseReference } from './reference.ts';

/** One image of an archive, as its manifest.json lists it. Source: Docker image specification v1.2. */
interface ManifestEntry {
  Config: string;
  RepoTags: string[] | null;
  Layers: string[];
}

/**
 * Loads the images of a `docker save` archive, or of every `.tar` file in a folder, and returns their references.
 *
 * @param directory where root file systems are kept; an image that was loaded before is not unpacked again
 * @throws Error that names the archive if it is not one
 */
export async function loadArchives(store: ImageStore, path: string, directory: string): Promise<string[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.tar'))
        .map((name) => join(path, name))
    : [path];
  const loaded: string[] = [];
  for (const file of files) loaded.push(...(await loadArchive(store, file, directory)));
  return loaded;
}

async function loadArchive(store: ImageStore, file: string, directory: string): Promise<string[]> {
  mkdirSync(directory, { recursive: true });
  const work = await mkdtemp(join(directory, 'archive-'));
  try {
    await unpack(createReadStream(file), work);
    const manifest = join(work, 'manifest.json');
    if (!existsSync(manifest)) {
      throw new Error(`${file} has no manifest.json: make it with "docker save"`);
    }
    const loaded: string[] = [];
    for (const entry of JSON.parse(readFileSync(manifest, 'utf8')) as ManifestEntry[]) {
      const references = entry.RepoTags ?? [];
      if (references.length === 0) throw new Error(`${file} holds an image without a name`);
      store.add(references, await loadImage(entry, references, work, directory));
      loaded.push(...references);
    }
    return loaded;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function loadImage(
  entry: ManifestEntry,
  references: readonly string[],
  work: string,
  directory: string,
): Promise<Image> {
  const text = readFileSync(inside(work, entry.Config));
  const id = createHash('sha256').update(text).digest('hex');
  const layers = entry.Layers.map((layer) => inside(work, layer));
  const root = join(directory, `loaded-${id.slice(0, 16)}`);
  if (!existsSync(root)) {
    const building = `${root}.building`;
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building);
    for (const layer of layers) await applyLayer(layer, building);
    renameSync(building, root);
  }
  const [first = basename(root)] = references;
  return {
    id: `sha256:${id}`,
    reference: formatReference(parseReference(first)),
    size: layers.reduce((sum, layer) => sum + statSync(layer).size, 0),
    config: (JSON.parse(text.toString('utf8')) as { config?: ImageConfig }).config ?? {},
    layers: [root],
    mounts: [],
  };
}

/** A file of the archive; an archive must not name one outside. */
function inside(work: string, name: string): string {
  const path = realpathSync(join(work, name));
  if (!path.startsWith(realpathSync(work) + sep))
    throw new Error(`the archive names a file outside: ${name}`);
  return path;
}
