import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount } from '../cri/runtime.ts';
import { neededProgram } from '../host/programs.ts';
import type { ImageConfig } from '../cri/image.ts';
import { baseRoot, placeFile, systemRoot } from './root-files.ts';
import { HTTP_SERVICE } from './http-service.ts';
import { sharedLibraries } from './shared-libraries.ts';
import { tickerProgram } from './ticker-program.ts';

/** An image that is made from the node's files. */
export interface BuiltInImage {
  /** Full references; container statuses show the first. */
  references: readonly string[];
  /** Whether a registry has it under every reference. */
  registry: boolean;
  /** Whether it counts as pulled, and so has a repository digest. */
  pulled: boolean;
  /** Whether the node has it from the start, under the first reference. */
  present: boolean;
  /** Response time of the registry for a reference, in ms. */
  delays?: Readonly<Record<string, number>>;
  size: number;
  config: ImageConfig;
  /** Creates its root file system; returns the node's files to mount. */
  build(root: string): Mount[];
}

const LIBRARY = 'docker.io/library';
const DISTROLESS = 'example.com/distroless';
/** The user of distroless images that do not run as root. */
const NONROOT = '65532';
/** A slow registry, to make a pull observable. */
const SLOW_MS = 6000;

/** The images of a sandbox's node and registries. */
export const BUILT_IN_IMAGES: readonly BuiltInImage[] = [
  {
    references: ['1.38', 'latest', 'slow', 'stable', '1', '1.37', '1.36', 'musl', 'glibc'].map(
      (tag) => `${LIBRARY}/busybox:${tag}`,
    ),
    registry: true,
    pulled: true,
    present: true,
    delays: { [`${LIBRARY}/busybox:slow`]: SLOW_MS },
    size: 1_092_340,
    config: { Cmd: ['sh'], Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
    build: busybox,
  },
  {
    references: ['latest', 'stable', '12', 'bookworm', 'stable-slim', 'bookworm-slim'].map(
      (tag) => `${LIBRARY}/debian:${tag}`,
    ),
    registry: true,
    pulled: false,
    present: true,
    size: 48_480_544,
    config: {
      Cmd: ['bash'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    },
    build: debian,
  },
  {
    references: [`${DISTROLESS}/neato:v1`],
    registry: false,
    pulled: false,
    present: true,
    size: 20_480,
    config: {
      Entrypoint: ['/neato'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    },
    build: ticker,
  },
  {
    references: [`${DISTROLESS}/neato-nonroot:v1`],
    registry: false,
    pulled: false,
    present: true,
    size: 20_480,
    config: { Entrypoint: ['/neato'], User: NONROOT },
    build: ticker,
  },
  {
    references: ['example.com/tools/busybox-nonroot:v1'],
    registry: false,
    pulled: false,
    present: true,
    size: 1_092_340,
    config: { Cmd: ['sh'], User: NONROOT },
    build: busybox,
  },
  {
    references: [`${DISTROLESS}/http-service:v1`],
    registry: false,
    pulled: false,
    present: true,
    size: 41_943_040,
    config: {
      Entrypoint: ['/nodejs/bin/node', '/app/server.js'],
      Env: ['PATH=/nodejs/bin'],
      WorkingDir: '/app',
      User: NONROOT,
    },
    build: httpService,
  },
];

function busybox(root: string): Mount[] {
  systemRoot(root);
  const program = neededProgram('busybox');
  placeFile(program, root, 'bin/busybox');
  for (const applet of execFileSync(program, ['--list'], { encoding: 'utf8' }).split('\n')) {
    if (applet !== '' && applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
  }
  mkdirSync(join(root, 'usr'), { recursive: true });
  symlinkSync('../bin', join(root, 'usr/bin'));
  return [];
}

/** The node's /usr, read-only. Of /etc only what programs look up is copied. */
function debian(root: string): Mount[] {
  systemRoot(root);
  mkdirSync(join(root, 'usr'), { recursive: true });
  const mounts: Mount[] = [{ hostPath: '/usr', containerPath: '/usr', readOnly: true }];
  for (const name of ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32']) {
    const path = `/${name}`;
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) symlinkSync(readlinkSync(path), join(root, name));
    else {
      mkdirSync(join(root, name));
      mounts.push({ hostPath: path, containerPath: path, readOnly: true });
    }
  }
  const files = [
    'os-release',
    'debian_version',
    'ld.so.cache',
    'ld.so.conf',
    'nsswitch.conf',
    'protocols',
    'services',
  ];
  for (const name of [...files, 'alternatives', 'ssl/certs', 'bash.bashrc', 'profile']) {
    const source = join('/etc', name);
    if (existsSync(source)) {
      cpSync(source, join(root, 'etc', name), { recursive: true, verbatimSymlinks: true });
    }
  }
  writeFileSync(join(root, 'etc/debian_chroot'), '');
  return mounts;
}

/** A single static program: no shell, no users. */
function ticker(root: string): Mount[] {
  baseRoot(root);
  writeFileSync(join(root, 'neato'), tickerProgram(process.arch, 'neato is at work'), { mode: 0o755 });
  return [];
}

/** A distroless service: one program, its libraries and one file. */
function httpService(root: string): Mount[] {
  baseRoot(root);
  placeFile(process.execPath, root, 'nodejs/bin/node');
  for (const library of sharedLibraries(process.execPath)) placeFile(library, root, library);
  mkdirSync(join(root, 'app'), { recursive: true });
  writeFileSync(join(root, 'app/server.js'), HTTP_SERVICE);
  writeFileSync(
    join(root, 'etc/passwd'),
    `root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/home/nonroot:/sbin/nologin\n`,
  );
  return [];
}
