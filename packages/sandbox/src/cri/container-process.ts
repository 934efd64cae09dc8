import { readInLayer } from './read-in-layer.ts';
import type { ContainerConfig, LinuxUser } from './runtime.ts';

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The first process of a container: the image's settings, overridden by the container's. */
export function containerProcess(
  config: ContainerConfig,
  user: LinuxUser,
  hostname: string,
): { args: string[]; env: string[]; cwd: string } {
  const image = config.image.config;
  const entrypoint = config.command ?? image.Entrypoint ?? [];
  // If the container sets a command, the image's CMD is ignored.
  const given = config.args ?? (config.command === undefined ? (image.Cmd ?? []) : []);
  const args = [...entrypoint, ...given];
  if (args.length === 0) throw new Error('failed to generate container spec: no command specified');
  const env = new Map<string, string>();
  const set = (entry: string): void => {
    const equals = entry.indexOf('=');
    env.set(entry.slice(0, equals), entry.slice(equals + 1));
  };
  set(DEFAULT_PATH);
  set(`HOSTNAME=${hostname}`);
  if (config.tty) set('TERM=xterm');
  for (const entry of image.Env ?? []) set(entry);
  for (const { name, value } of config.env) env.set(name, value);
  if (!env.has('HOME')) env.set('HOME', homeDirectory(config.image.layers, user.uid));
  return {
    args,
    env: [...env].map(([name, value]) => `${name}=${value}`),
    cwd: config.workingDir ?? (image.WorkingDir || '/'),
  };
}

/** runc would look this up too, but the overlay is not mounted yet. */
function homeDirectory(layers: readonly string[], uid: number): string {
  for (const layer of layers) {
    const passwd = readInLayer(layer, 'etc/passwd');
    const row = passwd?.split('\n').find((line) => line.split(':')[2] === String(uid));
    if (row !== undefined) return row.split(':')[5] || '/';
  }
  return '/';
}
