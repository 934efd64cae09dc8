import { join } from 'node:path';
import type { FaultRegistry } from '../faults/faults.ts';
import { faultyRuntime } from '../faults/faulty-runtime.ts';
import { type Kubelet, startKubelet } from '../kubelet/kubelet.ts';
import { cleanUpState } from '../runtimes/runc/clean-up.ts';
import { UNREF_CLOCK } from '../runtimes/simulated/clock.ts';
import { Random } from '../runtimes/simulated/random.ts';
import type { MemoryStore } from '../store/memory-store.ts';
import type { SandboxOptions } from './options.ts';
import { openRuntime, type RuntimeName } from './runtime-choice.ts';
import type { Tokens } from '../auth/tokens.ts';

export const DEFAULT_NODE_NAME = 'vm';

/** The kubelet's directory below the sandbox's. */
export function kubeletDirectory(directory: string): string {
  return join(directory, 'kubelet');
}

/** Opens the container runtime and starts the node on it; `notes` list what pods can't have there. */
export async function openKubelet(
  store: MemoryStore,
  faults: FaultRegistry,
  runtimeName: RuntimeName,
  directory: string,
  tokens: Tokens,
  options: SandboxOptions,
): Promise<{ kubelet: Kubelet; notes: string[] }> {
  if (runtimeName === 'runc') await cleanUpState(join(directory, 'runc'));
  const runtime = await openRuntime(runtimeName, {
    stateDir: directory,
    archives: options.imageArchives ?? [],
    ...(options.keepProcessAlive === false ? { clock: UNREF_CLOCK } : {}),
    ...options.simulation,
  });
  const random = new Random('kubelet', options.simulation?.seed ?? 0);
  const kubelet = await startKubelet({
    store,
    nodeName: options.nodeName ?? DEFAULT_NODE_NAME,
    runtime: faultyRuntime(runtime, faults),
    ...(runtimeName === 'simulated' ? { random: () => random.next() } : {}),
    stateDir: kubeletDirectory(directory),
    tokens,
    ...(options.timing === undefined ? {} : { timing: options.timing }),
    ...(options.maxPods === undefined ? {} : { maxPods: options.maxPods }),
    keepProcessAlive: options.keepProcessAlive ?? true,
  });
  return { kubelet, notes: (runtime.limitations ?? []).map(({ message }) => message) };
}
