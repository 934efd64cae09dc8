import { createHash } from 'node:crypto';
import { BUILT_IN_IMAGES } from '../../images/built-in-images.ts';
import type { Image } from '../../cri/image.ts';
import { formatReference, type ImageReference, parseReference } from '../../images/reference.ts';
import { ImageError, type ImageService } from '../../cri/runtime.ts';
import type { Clock } from './clock.ts';
import { parseDuration } from './duration.ts';

/** Response time of a nearby registry, in ms. */
const PULL_MS = 10;
/** `simulated/slow-pull` without a duration in its tag. */
const SLOW_PULL_MS = 5000;
const SIMULATED = 'simulated/';
const SIZE = 1_000_000;
const NEVER = new AbortController().signal;

/**
 * Images without content. Every well-formed reference can be pulled, except
 * - `simulated/slow-pull:6s` (takes that long), `simulated/never-pulled` (never completes),
 * - `simulated/not-found` and names with a component that starts with `nosuch`,
 * - `simulated/unauthorized` and `example.com/private/...`,
 * - `simulated/too-many-requests`, `simulated/unavailable`,
 * - `simulated/no-such-host` and registries below `.invalid`,
 * - `simulated/flaky:2`, which fails twice.
 */
export class SimulatedImages implements ImageService {
  readonly #clock: Clock;
  readonly #present = new Map<string, Image>();
  readonly #delays = new Map<string, number>();
  readonly #failures = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    for (const builtIn of BUILT_IN_IMAGES) {
      const [first = ''] = builtIn.references;
      for (const [reference, delay] of Object.entries(builtIn.delays ?? {}))
        this.#delays.set(reference, delay);
      if (builtIn.present) this.#present.set(first, imageOf(first));
    }
  }

  status(reference: string): Image | undefined {
    return this.#present.get(formatReference(parseReference(reference)));
  }

  async pull(reference: string, signal: AbortSignal = NEVER): Promise<Image> {
    const parsed = parseReference(reference);
    const full = formatReference(parsed);
    const kind = simulatedKind(parsed);
    const tag = parsed.tag ?? 'latest';
    const delay =
      kind === 'never-pulled'
        ? Infinity
        : kind === 'slow-pull'
          ? tag === 'latest'
            ? SLOW_PULL_MS
            : parseDuration(tag)
          : (this.#delays.get(full) ?? PULL_MS);
    await this.#clock.sleep(delay, signal);
    const failure = this.#failure(parsed, full, kind);
    if (failure !== undefined) throw new ImageError('ErrImagePull', failure);
    const image = this.#present.get(full) ?? imageOf(full);
    this.#present.set(full, image);
    return image;
  }

  #failure(reference: ImageReference, full: string, kind: string): string | undefined {
    const { registry, repository, tag = '' } = reference;
    const failed = `failed to pull and unpack image ${JSON.stringify(full)}: failed to resolve image: `;
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    const url = `https://${host}/v2/${repository}/manifests/${tag}`;
    // The kubelet omits the code of an unknown kind of error.
    const refused = (status: string): string =>
      `${failed}unexpected status from HEAD request to ${url}: ${status}`;
    const notFound = `rpc error: code = NotFound desc = ${failed}${full}: not found`;
    if (kind === 'not-found' || /(?:^|\/)nosuch/.test(repository)) return notFound;
    if (kind === 'unauthorized' || (registry === 'example.com' && repository.startsWith('private/'))) {
      return refused('401 Unauthorized');
    }
    if (kind === 'too-many-requests') return refused('429 Too Many Requests');
    if (kind === 'unavailable') return refused('503 Service Unavailable');
    if (kind === 'no-such-host' || registry.endsWith('.invalid')) {
      const name = kind === 'no-such-host' ? 'registry.invalid' : registry;
      return `${failed}failed to do request: Head "https://${name}/v2/${repository}/manifests/${tag}": dial tcp: lookup ${name}: no such host`;
    }
    if (kind === 'flaky') {
      const failures = (this.#failures.get(full) ?? 0) + 1;
      this.#failures.set(full, failures);
      if (failures <= Number(tag)) return refused('503 Service Unavailable');
    }
    return undefined;
  }
}

function simulatedKind({ repository }: ImageReference): string {
  return repository.startsWith(SIMULATED) ? repository.slice(SIMULATED.length) : '';
}

function imageOf(full: string): Image {
  const builtIn = BUILT_IN_IMAGES.find((image) => image.references.includes(full));
  const reference = builtIn?.references[0] ?? full;
  const id = `sha256:${digest(reference)}`;
  const repository = reference.replace(/@.*$|:[^/:]*$/, '');
  return {
    id,
    reference,
    ...(builtIn?.pulled === false ? {} : { repoDigest: `${repository}@sha256:${digest(id)}` }),
    size: builtIn?.size ?? SIZE,
    config: builtIn?.config ?? {},
    layers: [],
    mounts: [],
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
