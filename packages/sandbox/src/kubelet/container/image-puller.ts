import type { Image } from '../../cri/image.ts';
import { ImageError } from '../../cri/runtime.ts';
import { ContainerError } from './container-error.ts';
import type { EventDetails } from '../node/event-recorder.ts';
import type { KubeletContext } from '../kubelet-context.ts';
import { fieldPath, type PodObject, type SpecContainer } from '../types.ts';

const MS_PER_S = 1000;

/**
 * Ensures that a container's image is on the node, according to its pull policy.
 *
 * @throws ContainerError with the waiting reason and message
 */
export async function ensureImage(
  context: KubeletContext,
  pod: PodObject,
  container: SpecContainer,
  record: (details: EventDetails) => void,
  signal: AbortSignal,
): Promise<Image> {
  const { runtime, imageBackOff, now } = context;
  const { image: name = '', imagePullPolicy = 'IfNotPresent' } = container.spec;
  const recordEvent = (type: EventDetails['type'], reason: string, message: string): void => {
    record({ type, reason, message, fieldPath: fieldPath(container) });
  };
  let present: Image | undefined;
  try {
    present = runtime.images.status(name);
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    recordEvent('Warning', 'InspectFailed', error.message);
    throw new ContainerError(error.reason, error.message);
  }
  if (present !== undefined && imagePullPolicy !== 'Always') {
    recordEvent(
      'Normal',
      'Pulled',
      `Container image "${name}" already present on machine and can be accessed by the pod`,
    );
    return present;
  }
  if (imagePullPolicy === 'Never') {
    const message = `Container image "${name}" is not present with pull policy of Never`;
    recordEvent('Warning', 'ErrImageNeverPull', message);
    throw new ContainerError('ErrImageNeverPull', message);
  }
  const key = `${pod.metadata.uid}_${name}`;
  const failedAt = imageBackOff.since(key);
  if (failedAt !== undefined && imageBackOff.remaining(key, failedAt, now().getTime()) > 0) {
    const message = `Back-off pulling image "${name}"`;
    recordEvent('Normal', 'BackOff', message);
    const last = context.pullFailures.get(key);
    throw new ContainerError(
      'ImagePullBackOff',
      last === undefined ? message : `${message}: ErrImagePull: ${last}`,
    );
  }
  recordEvent('Normal', 'Pulling', `Pulling image "${name}"`);
  const startedAt = now().getTime();
  try {
    const image = await runtime.images.pull(name, signal, {
      namespace: pod.metadata.namespace ?? '',
      name: pod.metadata.name ?? '',
    });
    const took = duration(now().getTime() - startedAt);
    recordEvent(
      'Normal',
      'Pulled',
      `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${image.size} bytes.`,
    );
    imageBackOff.forget(key);
    context.pullFailures.delete(key);
    return image;
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    recordEvent('Warning', 'Failed', `Failed to pull image "${name}": ${error.message}`);
    imageBackOff.next(key, now().getTime());
    context.pullFailures.set(key, error.message);
    throw new ContainerError(error.reason, error.message);
  }
}

/** A duration as Go prints it, rounded to ms. */
function duration(ms: number): string {
  return ms < MS_PER_S ? `${Math.max(1, Math.round(ms))}ms` : `${Number((ms / MS_PER_S).toFixed(3))}s`;
}
