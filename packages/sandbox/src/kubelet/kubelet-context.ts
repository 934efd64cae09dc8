import type { Runtime } from '../cri/runtime.ts';
import type { Store } from '../store/types.ts';
import type { BackOff } from './container/back-off.ts';
import type { EventRecorder } from './node/event-recorder.ts';
import type { KubeletTiming } from './timing.ts';
import type { TokenIssuer } from '../auth/token-issuer.ts';

/** What all parts of a kubelet have in common. */
export interface KubeletContext {
  store: Store;
  runtime: Runtime;
  nodeName: string;
  hostIP: string;
  stateDir: string;
  timing: KubeletTiming;
  now: () => Date;
  /** A number from 0 to below 1, for jitter. */
  random: () => number;
  /** How long (ms) until the runtime is asked what has ended: at fixed times, for all containers of the node at once. */
  untilRelist: () => number;
  events: EventRecorder;
  crashBackOff: BackOff;
  imageBackOff: BackOff;
  /** What the last pull of an image said, by pod and image; shown again while backing off. */
  pullFailures: Map<string, string>;
  tokens: TokenIssuer | undefined;
  keepProcessAlive: boolean;
}
