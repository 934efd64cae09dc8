import type { Image } from '../../cri/image.ts';
import type { ContainerState, LinuxUser, RuntimeContainer } from '../../cri/runtime.ts';

/**
 * One run of a container as the kubelet last saw it.
 *
 * A kubelet asks the runtime from time to time; what it reports lags behind, and a container that ended at once
 * is still reported as running for a moment.
 */
export class ObservedRun {
  readonly container: RuntimeContainer;
  /** What the container was made from; a change of it means a restart. */
  readonly specImage: string;
  state: ContainerState;

  constructor(container: RuntimeContainer, specImage: string) {
    this.container = container;
    this.specImage = specImage;
    this.state = container.state;
  }

  get id(): string {
    return this.container.id;
  }

  get attempt(): number {
    return this.container.attempt;
  }

  get image(): Image {
    return this.container.image;
  }

  get user(): LinuxUser {
    return this.container.user;
  }

  /** Takes over what the runtime says now. */
  look(): void {
    this.state = this.container.state;
  }
}
