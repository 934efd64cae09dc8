import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import type { UnpackingHost } from './unpacking-host.ts';
import { neededProgram } from '../host/programs.ts';

/** Files with these names delete files of the layers below. Source: OCI image-spec, layer.md. */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const GZIP_MAGIC = 0x1f8b;
/** Name of the unpacking program in the root; busybox takes an applet as its argument only if its name starts like this. */
const TOOL = 'busybox-unpack';
/** Maximum size of a layer's file list. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/**
 * Unpacks a tar archive in a chroot of the directory: links in the archive cannot lead outside.
 *
 * @param owners the owner of the files: as named in the archive, or the node's root
 */
export async function unpack(
  archive: Readable,
  root: string,
  host: UnpackingHost,
  owners: 'named' | 'root',
): Promise<void> {
  await inRoot(root, host, async (tool) => {
    // With a single user id, all files belong to it.
    const owner = owners === 'root' || host.ids.users === 1 ? ['-o'] : [];
    const [program, args] = inNode(host, [root, tool, 'tar', '-x', ...owner, '-f', '-', '-C', '/']);
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, 'exit');
    const fed = pipeline(archive, child.stdin).catch(() => {
      // tar may stop reading early; its exit code tells whether it failed.
    });
    const [code] = (await exited) as [number | null];
    await fed;
    if (code !== 0) throw new Error(`the archive can't be unpacked: ${errors.trim()}`);
  });
}

/** Unpacks a layer on top of those below it. */
export async function applyLayer(layer: string, root: string, host: UnpackingHost): Promise<void> {
  const runInRoot = (...args: string[]): void => {
    execFileSync(...inNode(host, [root, ...args]));
  };
  const gone = (await names(layer)).filter((name) => basename(name).startsWith(WHITEOUT));
  await inRoot(root, host, async (tool) => {
    const remove = (...paths: string[]): void => {
      runInRoot(tool, 'rm', '-rf', '--', ...paths.map((path) => `/${path}`));
    };
    for (const name of gone) {
      const directory = dirname(name);
      if (basename(name) === OPAQUE) {
        const script = 'for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do rm -rf -- "$f"; done';
        runInRoot(tool, 'sh', '-c', script, 'sh', `/${directory}`);
      } else remove(join(directory, basename(name).slice(WHITEOUT.length)));
    }
  });
  await unpack(content(layer), root, host, 'named');
  await inRoot(root, host, async (tool) => {
    for (const name of gone) {
      runInRoot(tool, 'rm', '-f', '--', `/${name}`);
    }
  });
}

/** The command that runs `argv` in a chroot on the host. */
function inNode(host: UnpackingHost, argv: readonly string[]): [program: string, args: string[]] {
  const [program = '', ...args] = host.enterWithoutPid([neededProgram('busybox'), 'chroot', ...argv]);
  return [program, args];
}

/** The file names of a layer, without a leading `./`. */
async function names(layer: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    neededProgram('busybox'),
    ['tar', '-t', ...(isGzip(layer) ? ['-z'] : []), '-f', layer],
    {
      encoding: 'utf8',
      maxBuffer: MAX_LIST_BYTES,
    },
  );
  return stdout.split('\n').map((name) => name.replace(/^(?:\.?\/)+/, '').replace(/\/$/, ''));
}

function content(layer: string): Readable {
  const file = createReadStream(layer);
  if (!isGzip(layer)) return file;
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

function isGzip(path: string): boolean {
  const magic = Buffer.alloc(2);
  const fd = openSync(path, 'r');
  readSync(fd, magic, 0, magic.length, 0);
  closeSync(fd);
  return magic.readUInt16BE(0) === GZIP_MAGIC;
}

/** Puts a static busybox into a root while `work` runs programs in a chroot of it. */
async function inRoot(
  root: string,
  host: UnpackingHost,
  work: (tool: string) => Promise<void>,
): Promise<void> {
  const program = neededProgram('busybox');
  const tool = `${TOOL}-${process.pid}`;
  // The root may already belong to another user of the node.
  const [copier = '', ...args] = host.enterWithoutPid([program, 'cp', program, join(root, tool)]);
  await promisify(execFile)(copier, args);
  try {
    await work(`/${tool}`);
  } finally {
    await host.remove(join(root, tool));
  }
}
