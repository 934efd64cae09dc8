import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { type GenericSchema, getDotPath, type InferOutput, safeParse } from 'valibot';
import type { Image } from '../cri/image.ts';
import { configSchema, manifestSchema } from './archive-schemas.ts';
import type { ImageStore } from './image-store.ts';
import { applyLayer, unpack } from './layer.ts';
import type { UnpackingHost } from './unpacking-host.ts';
import { formatReference, parseReference } from './reference.ts';

type ManifestEntry = InferOutput<typeof manifestSchema>[number];

/**
 * Loads the images of a `docker save` archive, or of every `.tar` file in a directory, and returns their references.
 *
 * @param directory where root file systems are stored; an image that was loaded before is not unpacked again
 * @param host where containers run; it determines which owners files can have
 * @throws Error that names the file if it is not such an archive
 */
export async function loadArchives(
  store: ImageStore,
  path: string,
  directory: string,
  host: UnpackingHost,
): Promise<string[]> {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => name.endsWith('.tar'))
        .map((name) => join(path, name))
    : [path];
  const loaded: string[] = [];
  for (const file of files) loaded.push(...(await loadArchive(store, file, directory, host)));
  return loaded;
}

async function loadArchive(
  store: ImageStore,
  file: string,
  directory: string,
  host: UnpackingHost,
): Promise<string[]> {
  mkdirSync(directory, { recursive: true });
  const work = await mkdtemp(join(directory, 'archive-'));
  try {
    await unpack(createReadStream(file), work, host, 'root');
    const manifest = join(work, 'manifest.json');
    if (!existsSync(manifest)) {
      throw new Error(`${file} has no manifest.json: make it with "docker save"`);
    }
    const loaded: string[] = [];
    for (const entry of read(manifestSchema, readFileSync(manifest), `${file}: manifest.json`)) {
      const references = entry.RepoTags;
      if (references.length === 0) throw new Error(`${file} holds an image without a name`);
      store.add(references, await loadImage(entry, file, work, directory, host));
      loaded.push(...references);
    }
    return loaded;
  } finally {
    await host.remove(work);
  }
}

async function loadImage(
  entry: ManifestEntry,
  file: string,
  work: string,
  directory: string,
  host: UnpackingHost,
): Promise<Image> {
  const text = readFileSync(inside(work, entry.Config));
  const { config } = read(configSchema, text, `${file}: ${entry.Config}`);
  const id = createHash('sha256').update(text).digest('hex');
  const layers = entry.Layers.map((layer) => inside(work, layer));
  const root = join(directory, `loaded-${id.slice(0, 16)}`);
  if (!existsSync(root)) {
    const building = `${root}.building`;
    await host.remove(building);
    mkdirSync(building);
    for (const layer of layers) await applyLayer(layer, building, host);
    renameSync(building, root);
  }
  const [first = basename(root)] = entry.RepoTags;
  return {
    id: `sha256:${id}`,
    reference: formatReference(parseReference(first)),
    size: layers.reduce((sum, layer) => sum + statSync(layer).size, 0),
    config: config,
    layers: [root],
    mounts: [],
  };
}

/** The path of a file in the unpacked archive. Throws if the name leads outside. */
function inside(work: string, name: string): string {
  const path = realpathSync(join(work, name));
  if (!path.startsWith(realpathSync(work) + sep))
    throw new Error(`the archive names a file outside: ${name}`);
  return path;
}

/** Parses JSON of an archive. Throws an Error with the file, the path in it and what was expected. */
function read<T extends GenericSchema>(schema: T, content: Buffer, name: string): InferOutput<T> {
  let value: unknown;
  try {
    // Go writes null for absent lists.
    value = JSON.parse(content.toString('utf8'), (_key, part: unknown) => part ?? undefined);
  } catch {
    throw new Error(`${name} is not JSON`);
  }
  const result = safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`${name} is malformed at ${getDotPath(issue) ?? 'its top'}: ${issue.message}`);
}
