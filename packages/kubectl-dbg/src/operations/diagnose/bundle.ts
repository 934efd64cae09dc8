import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Evidence } from '../../doctor/evidence.ts';
import type { Diagnosis, DiagnosisTarget } from '../../doctor/finding.ts';
import { maskObject } from '../../doctor/mask.ts';
import { targetName } from '../../doctor/target-name.ts';
import { DbgError } from '../../model/failure.ts';

/** Data read about one target. */
export interface BundlePart {
  target: DiagnosisTarget;
  evidence: Evidence;
}

interface Entry {
  name: string;
  text: string;
}

/** Lists of objects in a bundle. */
const LISTS = [
  'pods',
  'workloads',
  'nodes',
  'services',
  'slices',
  'claims',
  'ingresses',
  'autoscalers',
  'budgets',
  'quotas',
  'limits',
] as const;

/**
 * Writes findings, masked objects, events and log tails to one .tar.gz that only its owner can read, for a ticket.
 * Returns its table of contents. Throws DbgError `usage` if the file exists or cannot be written.
 */
export async function writeBundle(
  file: string,
  items: readonly Diagnosis[],
  parts: readonly BundlePart[],
  { cwd, now }: { cwd: string; now: number },
): Promise<string[]> {
  const entries = [{ name: 'diagnosis.json', text: json(items) }, ...parts.flatMap(entriesOf)];
  const contents = entries.map(({ name, text }) => `${name} (${Buffer.byteLength(text)} bytes)`);
  const { TarWriter } = await import('../../files/tar-writer.ts');
  const handle = await openNew(resolve(cwd, file));
  const archive = new TarWriter();
  for (const { name, text } of entries) {
    const bytes = Buffer.from(text);
    const mtime = Math.floor(now / 1000);
    archive.header({ name, type: 'file', mode: 0o600, mtime, size: bytes.length });
    archive.bytes(bytes);
    archive.pad(bytes.length);
  }
  archive.end();
  await pipeline(archive.take(true), createGzip(), handle.createWriteStream());
  return contents;
}

/** An existing file is never overwritten: it may be a symbolic link. */
async function openNew(path: string) {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'the file exists' : (code ?? message);
    throw new DbgError('usage', 'BundleUnwritable', `cannot write the bundle ${path}: ${why}`, {
      file: path,
      why,
    });
  }
}

function entriesOf({ target, evidence }: BundlePart): Entry[] {
  const directory = targetName(target).replaceAll(/[^A-Za-z0-9.-]+/g, '_');
  return [
    ...LISTS.flatMap((list) => {
      const objects = evidence[list];
      return objects === undefined || objects.length === 0
        ? []
        : [{ name: `${directory}/${list}.json`, text: json(objects) }];
    }),
    ...(evidence.events === undefined
      ? []
      : [{ name: `${directory}/events.json`, text: json(evidence.events) }]),
    ...[...evidence.logs].map(([name, { lines }]) => ({
      name: `${directory}/logs/${name.replaceAll(/[^A-Za-z0-9.-]+/g, '_')}.txt`,
      text: `${lines.join('\n')}\n`,
    })),
  ];
}

const json = (value: unknown) => `${JSON.stringify(maskObject(value), null, 2)}\n`;
