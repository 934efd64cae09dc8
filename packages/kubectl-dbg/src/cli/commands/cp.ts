import { resolve } from 'node:path';
import { sanitiseShort } from '../../base/sanitise.ts';
import { ExitCode } from '../../model/failure.ts';
import { readQuantity } from '../../model/quantity.ts';
import type { CopyWay } from '../../model/failures/files.ts';
import type { World } from '../../model/world.ts';
import type { CopyDestination, CopySource } from '../../operations/files/copy-options.ts';
import { type CopyPlace, parsePlace } from '../copy-place.ts';
import { keptWords } from '../messages/kept-part.ts';
import { cpFlags } from '../grammar/flags-cp.ts';
import { profileName, runAs } from '../grammar/request-values.ts';
import { CliError, usage } from '../cli-error.ts';
import { showEvents } from '../present/show-events.ts';
import { transferLine } from '../present/transfer-line.ts';
import { readTimeout } from '../duration.ts';
import { withCluster } from '../with-cluster.ts';
import { defineCommand } from './command.ts';

/** Maximum of lines about entries that were not copied; further ones are only counted. */
const MAX_SKIP_LINES = 20;

/** `kubectl dbg cp`: copies files out of containers and into them. */
export const command = defineCommand({
  flags: cpFlags,
  words: 2,
  about: [
    'Copy files and directories out of or into a container: with its own shell and tar if it has them, else through a debug container.',
    'If the destination is an existing directory, the source is copied into it. - is stdin or stdout: the bytes of a file, or a directory as a tar archive.',
    'Files from a container are written below the named directory and nowhere else. The same command resumes an interrupted file, in both directions; until it is complete it has another name.',
  ],
  usage: ['cp [NAMESPACE/]POD[:CONTAINER]:PATH LOCAL|-', 'cp LOCAL|- [NAMESPACE/]POD[:CONTAINER]:PATH'],
  examples: [
    { what: 'A directory out of a pod', line: 'cp web:/var/log ./logs' },
    {
      what: 'A file into a sidecar, owned by the user of the service',
      line: 'cp app.conf web:proxy:/etc/app.conf --owner=1000',
    },
    {
      what: 'A heap dump, compressed on the way',
      line: 'cp shop/web:/tmp/heap.bin - | gzip >heap.gz',
    },
  ],
  run: async ({ options, targets, words }, world, settings) => {
    const [from, to] = targets;
    if (from === undefined || to === undefined || words.length > 0) {
      throw usage(
        'cp takes a source and a destination',
        'Write it as in: kubectl dbg cp web:/var/log ./logs',
      );
    }
    const source = parsePlace(from, world.platform);
    const destination = parsePlace(to, world.platform);
    const inside = [source, destination].filter((place) => place.kind === 'container');
    const [place] = inside;
    if (inside.length !== 1 || place === undefined) {
      throw usage(
        'exactly one side of cp must be in a container',
        'Write POD:PATH on one side, and a local path or - on the other',
      );
    }
    if (source.kind === 'container' && options.owner !== undefined) {
      throw usage(
        '--owner applies only to files written in a container',
        'Leave it out: files copied out of a container belong to you',
      );
    }
    const container = place.container ?? options.container;
    const owner = options.owner === undefined ? undefined : runAs(options.owner);
    const asked = {
      target: `pod/${place.pod}`,
      ...(container === undefined ? {} : { targetContainer: container }),
      from: sourceOf(source, world),
      to: destinationOf(destination, world),
      via: viaOf(options),
      image: options.image ?? (world.env.KUBECTL_DBG_IMAGE || 'busybox'),
      profile: profileName(options.profile ?? 'general'),
      ...(options.runAs === undefined ? {} : { runAs: runAs(options.runAs) }),
      ...(owner === undefined ? {} : { owner: { uid: owner.uid, gid: owner.gid ?? owner.uid } }),
      ...(options.maxBytes === undefined ? {} : { maxBytes: bytesOf(options.maxBytes) }),
      ...(options.maxEntries === undefined ? {} : { maxEntries: options.maxEntries }),
      keepSetuid: options.keepSetuid ?? false,
      platform: world.platform,
    };
    const startTimeout = readTimeout(options.timeout);
    const global = place.namespace === undefined ? options : { ...options, namespace: place.namespace };
    return await withCluster(global, world, settings, async ({ cluster, signal, say, commands }) => {
      const { copyFiles } = await import('../../operations/files/copy-files.ts');
      const line = transferLine(world, options.quiet ?? false);
      let skipped = 0;
      let partial: string | undefined;
      let came = false;
      const pod = { namespace: cluster.namespace, pod: place.pod, container };
      try {
        const result = await copyFiles(cluster, asked, {
          signal,
          startTimeout,
          created: settings.created,
          on: showEvents(world, { quiet: options.quiet ?? false, helps: true, commands }),
          onProgress: (bytes, total) => {
            came = true;
            line.progress(bytes, total);
          },
          onPartial: (path) => (partial = path),
          onWords: (text) => line.above(() => say(sanitiseShort(text, 300))),
          onSkip: (name, why) => {
            skipped += 1;
            if (skipped <= MAX_SKIP_LINES)
              line.above(() => say(`not copied: ${sanitiseShort(name, 200)}: ${why}`));
          },
        });
        line.end(result);
      } catch (error) {
        line.clear();
        if (signal.aborted && came && partial !== undefined && options.quiet !== true)
          say(keptWords(partial, destination.kind === 'container' ? pod : undefined, commands));
        throw error;
      } finally {
        line.clear();
      }
      if (skipped === 0) return ExitCode.ok;
      throw new CliError(
        'lost',
        'EntriesSkipped',
        `${skipped} ${skipped === 1 ? 'entry was' : 'entries were'} not copied`,
        'The lines above say which ones and why; all others were copied',
      );
    });
  },
});

interface ViaOptions {
  via?: string | undefined;
  image?: string | undefined;
  profile?: string | undefined;
  runAs?: string | undefined;
}

function sourceOf(place: CopyPlace, world: World): CopySource {
  if (place.kind === 'container') return { container: place.path };
  return place.kind === 'local' ? { local: resolve(world.cwd, place.path) } : { stream: world.stdin };
}

function destinationOf(place: CopyPlace, world: World): CopyDestination {
  if (place.kind === 'container') return { container: place.path };
  return place.kind === 'local' ? { local: resolve(world.cwd, place.path) } : { stream: world.stdout };
}

/** A flag for the debug container implies one. */
function viaOf({ via, image, profile, runAs }: ViaOptions): CopyWay | 'auto' {
  const about = [image, profile, runAs].some((value) => value !== undefined);
  if (via === undefined) return about ? 'debug' : 'auto';
  if (via !== 'auto' && via !== 'exec' && via !== 'debug')
    throw usage(`invalid --via ${JSON.stringify(via)}`, 'Use auto, exec or debug');
  if (about && via === 'exec')
    throw usage('--via=exec has no debug container', 'Leave out --image, --profile and --run-as');
  return via;
}

function bytesOf(text: string): number {
  const value = readQuantity(text);
  if (value !== undefined && value >= 0) return value;
  throw usage(`invalid --max-bytes ${JSON.stringify(text)}`, 'Write a number of bytes, such as 500Mi');
}
