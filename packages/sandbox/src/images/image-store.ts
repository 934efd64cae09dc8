import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImageError, type ImageService } from '../cri/runtime.ts';
import { BUILT_IN_IMAGES, type BuiltInImage } from './built-in-images.ts';
import type { Image } from '../cri/image.ts';
import { formatReference, parseReference } from './reference.ts';

/** Response time of a nearby registry, in ms. */
const PULL_MS = 10;
const PRIVATE = 'example.com/private/';

/** An image of a registry, or one loaded from an archive. */
interface Entry {
  image(): Image;
  references: readonly string[];
  delays: Readonly<Record<string, number>>;
}

/** The images of a node and of its registries. Root file systems are created when first used. */
export class ImageStore implements ImageService {
  readonly #directory: string;
  readonly #registry = new Map<string, Entry>();
  readonly #present = new Map<string, Entry>();

  /** @param directory where root file systems are stored; those of an earlier run are reused */
  constructor(directory: string, builtIn: readonly BuiltInImage[] = BUILT_IN_IMAGES) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    for (const image of builtIn) this.#addBuiltIn(image);
  }

  status(reference: string): Image | undefined {
    const full = formatReference(parseReference(reference));
    const entry = this.#present.get(full) ?? (full.includes('@') ? this.#byDigest(full) : undefined);
    return entry?.image();
  }

  async pull(reference: string, signal?: AbortSignal): Promise<Image> {
    const full = formatReference(parseReference(reference));
    const entry = this.#registry.get(full);
    await delay(entry?.delays[full] ?? PULL_MS, undefined, signal === undefined ? {} : { signal });
    const failed = `failed to pull and unpack image ${JSON.stringify(full)}: failed to resolve image: `;
    if (entry !== undefined) {
      this.#present.set(full, entry);
      return entry.image();
    }
    if (full.startsWith(PRIVATE)) {
      const { registry, repository, tag } = parseReference(reference);
      // The kubelet omits the code of an unknown kind of error.
      const url = `https://${registry}/v2/${repository}/manifests/${tag}`;
      throw new ImageError(
        'ErrImagePull',
        `${failed}unexpected status from HEAD request to ${url}: 401 Unauthorized`,
      );
    }
    throw new ImageError('ErrImagePull', `rpc error: code = NotFound desc = ${failed}${full}: not found`);
  }

  /** Adds an image to the node, such as one from an archive. */
  add(references: readonly string[], image: Image): void {
    const entry: Entry = { references, delays: {}, image: () => image };
    for (const reference of references) {
      const full = formatReference(parseReference(reference));
      this.#registry.set(full, entry);
      this.#present.set(full, entry);
    }
  }

  #byDigest(full: string): Entry | undefined {
    return [...this.#present.values()].find((entry) => entry.image().repoDigest === full);
  }

  #addBuiltIn(builtIn: BuiltInImage): void {
    let made: Image | undefined;
    const entry: Entry = {
      references: builtIn.references,
      delays: builtIn.delays ?? {},
      image: () => (made ??= this.#build(builtIn)),
    };
    for (const reference of builtIn.references) {
      if (builtIn.registry) this.#registry.set(reference, entry);
    }
    const [first] = builtIn.references;
    if (builtIn.present && first !== undefined) {
      this.#present.set(first, entry);
      this.#registry.set(first, entry);
    }
  }

  #build(builtIn: BuiltInImage): Image {
    const [reference = ''] = builtIn.references;
    // The directory's name depends on everything the files are made of, so that another version of Node makes new ones.
    const key = digest(JSON.stringify([reference, builtIn.config, process.version, process.execPath]));
    const root = join(this.#directory, key.slice(0, 16));
    const building = `${root}.building`;
    rmSync(building, { recursive: true, force: true });
    mkdirSync(building);
    const mounts = builtIn.build(building);
    if (existsSync(root)) rmSync(building, { recursive: true, force: true });
    else renameSync(building, root);
    const id = `sha256:${key}`;
    const repository = reference.slice(0, reference.lastIndexOf(':'));
    return {
      id,
      reference,
      ...(builtIn.pulled ? { repoDigest: `${repository}@sha256:${digest(id)}` } : {}),
      size: builtIn.size,
      config: builtIn.config,
      layers: [root],
      mounts,
    };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
