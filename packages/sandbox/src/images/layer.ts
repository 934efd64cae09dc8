import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, createReadStream, openSync, readSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';

/** Layers say by files of such names what is gone from the layers below. Source: OCI image-spec, layer.md. */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const GZIP_MAGIC = 0x1f8b;
/** The unpacking program, within the root it unpacks to; busybox obeys its arguments only under such a name. */
const TOOL = 'busybox-unpack';
/** File lists of large layers are long. */
const MAX_LIST_BYTES = 256 * 1024 * 1024;

/**
 * Unpacks a tar archive, with the directory as its root: whatever links the archive holds, nothing outside is
 * written, because the program that unpacks sees nothing else.
 */
export async function unpack(archive: Readable, root: string): Promise<void> {
  await inRoot(root, async (tool) => {
    const child = spawn('busybox', ['chroot', root, tool, 'tar', '-x', '-f', '-', '-C', '/'], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, 'exit');
    const fed = pipeline(archive, child.stdin).catch(() => {
      // What tar did not want to read is told by its exit code.
    });
    const [code] = (await exited) as [number | null];
    await fed;
    if (code !== 0) throw new Error(`the archive can't be unpacked: ${errors.trim()}`);
  });
}

/** Unpacks a layer over those below it. */
export async function applyLayer(layer: string, root: string): Promise<void> {
  const gone = (await names(layer)).filter((name) => basename(name).startsWith(WHITEOUT));
  await inRoot(root, async (tool) => {
    const remove = (...paths: string[]): void => {
      execFileSync('busybox', ['chroot', root, tool, 'rm', '-rf', '--', ...paths.map((path) => `/${path}`)]);
    };
    for (const name of gone) {
      const directory = dirname(name);
      if (basename(name) === OPAQUE) {
        const script = 'for f in "$1"/* "$1"/.[!.]* "$1"/..?*; do rm -rf -- "$f"; done';
        execFileSync('busybox', ['chroot', root, tool, 'sh', '-c', script, 'sh', `/${directory}`]);
      } else remove(join(directory, basename(name).slice(WHITEOUT.length)));
    }
  });
  await unpack(content(layer), root);
  await inRoot(root, async (tool) => {
    for (const name of gone) {
      execFileSync('busybox', ['chroot', root, tool, 'rm', '-f', '--', `/${name}`]);
    }
  });
}

/** The names in a layer, without leading `./`. */
async function names(layer: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    'busybox',
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

/** Lends a static busybox to a root while `work` runs programs with it as their root directory. */
async function inRoot(root: string, work: (tool: string) => Promise<void>): Promise<void> {
  const program = execFileSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).trim();
  const tool = `${TOOL}-${process.pid}`;
  copyFileSync(program, join(root, tool));
  try {
    await work(`/${tool}`);
  } finally {
    rmSync(join(root, tool), { force: true });
  }
}
