import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REAL_CONTEXT } from './world.ts';

/** Why tests with real containers cannot run here, in words; undefined if they can. */
export function missingForContainers(): string | undefined {
  if (REAL_CONTEXT !== undefined) return undefined;
  if (process.platform !== 'linux') return 'real containers need Linux';
  if (process.getuid?.() !== 0) return 'real containers need root';
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  const missing = [
    ['runc', 'runc'],
    ['busybox', 'busybox-static'],
    ['ip', 'iproute2'],
  ].filter(([program = '']) => !folders.some((folder) => existsSync(join(folder, program))));
  if (missing.length === 0) return undefined;
  return `install the Debian packages ${missing.map((entry) => entry[1]).join(', ')} to run this`;
}
