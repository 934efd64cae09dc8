import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { loadArchives } from '../images/archive.ts';
import { ImageStore } from '../images/image-store.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { kernelProblem } from '../runtime/runc/probe.ts';
import { RuncRuntime } from '../runtime/runc/runc-runtime.ts';
import { SimulatedRuntime, type SimulatedRuntimeOptions } from '../runtime/simulated/simulated-runtime.ts';

export type RuntimeName = 'runc' | 'simulated';

/** Programs that real containers need on the machine, and the Debian packages that have them. */
const NEEDED = [
  { program: 'runc', debianPackage: 'runc' },
  { program: 'busybox', debianPackage: 'busybox-static' },
  { program: 'ip', debianPackage: 'iproute2' },
];
/** Where such programs are, whatever the search path of the user says. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The machine, as far as it decides whether real containers can run. */
export interface Machine {
  platform: string;
  /** The user's search path. */
  path: string;
  uid: number;
}

/**
 * What is missing for real containers on this machine, in words; undefined if they can run.
 *
 * @example
 * const missing = missingForRealContainers();
 * if (missing !== undefined) t.skip(missing);
 */
export function missingForRealContainers(machine?: Machine): string | undefined {
  const missing = missingPrograms(machine ?? thisMachine());
  // Another machine's kernel can't be tried from here.
  return missing ?? (machine === undefined ? kernelProblem() : undefined);
}

function missingPrograms(machine: Machine): string | undefined {
  if (machine.platform !== 'linux') return 'real containers need Linux';
  if (machine.uid !== 0) return 'real containers need root';
  const folders = [...machine.path.split(delimiter), ...SYSTEM_FOLDERS];
  const missing = NEEDED.filter(
    ({ program }) => !folders.some((folder) => isExecutable(join(folder, program))),
  );
  if (missing.length === 0) return undefined;
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ');
  return `real containers need ${missing.map(({ program }) => program).join(', ')} (on Debian: apt-get install ${packages})`;
}

function thisMachine(): Machine {
  return { platform: process.platform, path: process.env['PATH'] ?? '', uid: process.getuid?.() ?? -1 };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How simulated containers behave. */
export type SimulationOptions = Pick<SimulatedRuntimeOptions, 'seed' | 'clock' | 'startDelayMs' | 'jitter'>;

export async function openRuntime(
  name: RuntimeName,
  {
    stateDir,
    archives = [],
    ...simulation
  }: SimulationOptions & { stateDir: string; archives?: readonly string[] },
): Promise<Runtime> {
  if (name === 'simulated') return new SimulatedRuntime(simulation);
  const imageDir = join(stateDir, 'images');
  const images = new ImageStore(imageDir);
  for (const archive of archives) await loadArchives(images, archive, imageDir);
  return RuncRuntime.start({ stateDir: join(stateDir, 'runc'), images });
}
