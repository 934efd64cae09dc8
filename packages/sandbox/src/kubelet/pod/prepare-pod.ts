import type { KubeletContext } from '../kubelet-context.ts';
import { mountVolumes } from '../volumes/mount-volumes.ts';
import type { PodReporter } from './pod-reporter.ts';
import type { PodState } from './pod-state.ts';
import { sandboxConfig } from './sandbox-config.ts';

/** The result: everything was ready, the sandbox is new, or something failed. */
export type Preparation = 'ready' | 'new' | 'failed';

/** Sets up a pod's volumes and sandbox, if not done yet. */
export async function preparePod(
  context: KubeletContext,
  state: PodState,
  reporter: PodReporter,
  signal: AbortSignal,
): Promise<Preparation> {
  const { pod } = reporter;
  state.volumes ??= await mountVolumes(context, pod, state, signal, (details) => reporter.record(details));
  if (state.volumes === undefined) return 'failed';
  if (state.sandbox !== undefined) return 'ready';
  try {
    state.sandbox = await context.runtime.runPodSandbox(sandboxConfig(pod, context.nodeName));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reporter.record({
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: `Failed to create pod sandbox: rpc error: code = Unknown desc = ${reason}`,
    });
    return 'failed';
  }
  reporter.sandboxReady();
  return 'new';
}
