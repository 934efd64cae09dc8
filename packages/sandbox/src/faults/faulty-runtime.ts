import {
  type ContainerState,
  ImageError,
  type PodSandbox,
  type PodSandboxConfig,
  type Runtime,
  type RuntimeContainer,
  StartError,
} from '../cri/runtime.ts';
import type { FaultRegistry } from './faults.ts';
import type { FaultAction } from './actions.ts';

/** containerd's exit code for a process that could not be started. */
const START_ERROR_CODE = 128;

/** A runtime that applies the faults of `image-pull` and `container-start` to the kubelet's calls. */
export function faultyRuntime(runtime: Runtime, faults: FaultRegistry): Runtime {
  const stopping = new AbortController();
  const images: Runtime['images'] = {
    status: (reference) => runtime.images.status(reference),
    async pull(reference, signal = stopping.signal, pod) {
      const namespace = pod === undefined ? {} : { namespace: pod.namespace };
      const action = faults.inject('image-pull', { name: reference, ...namespace });
      if (action?.kind === 'error') {
        const detail = action.message ?? `unexpected status from HEAD request: ${action.code}`;
        throw new ImageError(
          'ErrImagePull',
          `failed to pull and unpack image ${JSON.stringify(reference)}: ${detail}`,
        );
      }
      await hold(action, signal);
      return runtime.images.pull(reference, signal);
    },
  };
  return {
    version: runtime.version,
    images,
    ...(runtime.limitations === undefined ? {} : { limitations: runtime.limitations }),
    ...(runtime.volumes === undefined ? {} : { volumes: runtime.volumes }),
    ...(runtime.files === undefined ? {} : { files: runtime.files }),
    async runPodSandbox(config) {
      const sandbox = await runtime.runPodSandbox(config);
      const createContainer = sandbox.createContainer.bind(sandbox);
      sandbox.createContainer = async (container) =>
        injectStartFault(await createContainer(container), config, faults);
      return sandbox satisfies PodSandbox;
    },
    async stop() {
      stopping.abort(new Error('the sandbox stops'));
      await runtime.stop();
    },
  };
}

function injectStartFault(
  container: RuntimeContainer,
  pod: PodSandboxConfig,
  faults: FaultRegistry,
): RuntimeContainer {
  const start = container.start.bind(container);
  const remove = container.remove.bind(container);
  const gone = new AbortController();
  container.start = async () => {
    const subject = { namespace: pod.namespace, name: pod.name, container: container.name };
    const action = faults.inject('container-start', subject);
    if (action?.kind === 'error') throw failStart(container, action.message);
    await hold(action, gone.signal);
    await start();
  };
  container.remove = async () => {
    gone.abort(new Error('the container is removed'));
    await remove();
  };
  return container;
}

/** Makes a container fail to start, as its runtime would. */
function failStart(container: RuntimeContainer, detail = 'an injected fault'): StartError {
  const message = `failed to create containerd task: ${detail}`;
  const state: ContainerState = {
    phase: 'exited',
    finishedAt: new Date(),
    exitCode: START_ERROR_CODE,
    reason: 'StartError',
    message,
  };
  Object.defineProperties(container, { state: { value: state }, exited: { value: Promise.resolve() } });
  return new StartError(message);
}

/** Waits as a fault requires; rejects with the signal's reason when it is aborted. */
async function hold(action: FaultAction | undefined, signal: AbortSignal): Promise<void> {
  if (action?.kind !== 'delay' && action?.kind !== 'stall') return;
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = action.kind === 'delay' ? setTimeout(resolve, action.milliseconds) : undefined;
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
