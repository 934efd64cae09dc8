import type { Image } from '../../cri/image.ts';
import type { ContainerState, LinuxUser, RuntimeContainer } from '../../cri/runtime.ts';

/**
 * One run of a container as the kubelet last observed it.
 *
 * The kubelet polls the runtime, so its reports lag behind: a container that exits at once is still reported as running
 * for a moment.
 */
export class ObservedRun {
  readonly container: RuntimeContainer;
  /** The image in the spec that the container was created with; a change of it restarts the container. */
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

  /** Takes over the current state in the runtime. */
  refresh(): void {
    this.state = this.container.state;
  }
}
