import { join } from 'node:path';
import { loadArchives } from '../images/archive.ts';
import { ImageStore } from '../images/image-store.ts';
import type { Runtime } from '../cri/runtime.ts';
import { userMappingTools } from '../runtimes/runc/node/id-ranges.ts';
import { userNamespaceProblem } from '../runtimes/runc/node/user-namespace-probe.ts';
import { kernelProblem } from '../runtimes/runc/probe.ts';
import { findProgram } from '../host/programs.ts';
import { RuncRuntime } from '../runtimes/runc/runc-runtime.ts';
import { SimulatedRuntime, type SimulatedRuntimeOptions } from '../runtimes/simulated/simulated-runtime.ts';

/** The container runtime: real processes by runc, or processes that are simulated in this one. */
export type RuntimeName = 'runc' | 'simulated';

/** Programs that real containers need, and their Debian packages. */
const NEEDED = [
  { program: 'runc', debianPackage: 'runc' },
  { program: 'busybox', debianPackage: 'busybox-static' },
];

const NAMES: Readonly<Record<string, string>> = { busybox: 'a static busybox' };
/** Architectures for which the pause program and the first images exist. */
const ARCHITECTURES = ['x64', 'arm64'];

/** The properties of a machine that determine whether real containers can run. */
export interface Machine {
  platform: string;
  /** The user's PATH. */
  path: string;
  architecture: string;
}

/**
 * What is missing for real containers on this machine, as text; undefined if they can run.
 *
 * @example
 * const missing = missingForRealContainers();
 * if (missing !== undefined) console.log(`simulated containers only: ${missing}`);
 */
export function missingForRealContainers(machine?: Machine): string | undefined {
  const missing = missingPrograms(machine ?? thisMachine());
  // Another machine's kernel can't be tested from here.
  if (missing !== undefined || machine !== undefined) return missing;
  return process.getuid?.() === 0 ? kernelProblem() : userNamespaceProblem();
}

/**
 * Why containers can't run as any user on this machine, as text; undefined if they can, as with root or with subordinate
 * ids.
 */
export function missingForOtherUsers(): string | undefined {
  const missing = missingForRealContainers();
  if (missing !== undefined || process.getuid?.() === 0 || userMappingTools() !== undefined) return missing;
  return 'containers have one user only: newuidmap, or a range in /etc/subuid and /etc/subgid, is missing';
}

function missingPrograms(machine: Machine): string | undefined {
  if (machine.platform !== 'linux') return 'real containers need Linux (a virtual machine with it will do)';
  if (!ARCHITECTURES.includes(machine.architecture)) {
    return `real containers are there for x64 and arm64, not for ${machine.architecture}`;
  }
  const missing = NEEDED.filter(({ program }) => findProgram(program, machine.path) === undefined);
  if (missing.length === 0) return undefined;
  const packages = missing.map(({ debianPackage }) => debianPackage).join(' ');
  return `real containers need ${missing.map(({ program }) => NAMES[program] ?? program).join(', ')} (on Debian: apt-get install ${packages}; without root, run npm run setup in the project's directory)`;
}

function thisMachine(): Machine {
  return { platform: process.platform, path: process.env['PATH'] ?? '', architecture: process.arch };
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
  const runtime = await RuncRuntime.start({ stateDir: join(stateDir, 'runc'), images });
  try {
    for (const archive of archives) await loadArchives(images, archive, imageDir, runtime.node);
  } catch (error) {
    await runtime.stop();
    throw error;
  }
  return runtime;
}
