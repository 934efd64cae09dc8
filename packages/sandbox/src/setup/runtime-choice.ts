import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ImageStore } from '../images/image-store.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { RuncRuntime } from '../runtime/runc/runc-runtime.ts';
import { SimulatedRuntime } from '../runtime/simulated/simulated-runtime.ts';

export type RuntimeName = 'runc' | 'simulated';

/** Programs that real containers need on the machine. */
const NEEDED = ['runc', 'busybox', 'ip'];
/** Where such programs are, whatever the search path of the user says. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Why real containers cannot run on this machine, in words; undefined if they can. */
export function missingForRealContainers(): string | undefined {
  if (process.platform !== 'linux') return 'runc needs Linux';
  return runcProblem(process.env['PATH'] ?? '', process.getuid?.() ?? 0);
}

/** Why real containers cannot run here; undefined if they can. */
export function runcProblem(path: string, uid: number): string | undefined {
  if (uid !== 0) return 'runc needs root here';
  const folders = [...path.split(delimiter), ...SYSTEM_FOLDERS];
  const missing = NEEDED.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function openRuntime(
  name: RuntimeName,
  options: { stateDir: string; seed?: number | undefined },
): Promise<Runtime> {
  if (name === 'simulated') {
    return new SimulatedRuntime(options.seed === undefined ? {} : { seed: options.seed });
  }
  const images = new ImageStore(join(options.stateDir, 'images'));
  return RuncRuntime.start({ stateDir: join(options.stateDir, 'runc'), images });
}
