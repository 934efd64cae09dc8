import type { Runtime } from '../cri/runtime.ts';
import type { Store } from '../store/types.ts';
import type { BackOff } from './container/back-off.ts';
import type { EventRecorder } from './node/event-recorder.ts';
import type { KubeletTiming } from './timing.ts';
import type { TokenIssuer } from '../auth/token-issuer.ts';

/** What all parts of a kubelet share. */
export interface KubeletContext {
  store: Store;
  runtime: Runtime;
  nodeName: string;
  hostIP: string;
  stateDir: string;
  timing: KubeletTiming;
  now: () => Date;
  /** Like Math.random, for jitter. */
  random: () => number;
  /** Time until the next relist of the node's containers, in ms. */
  untilRelist: () => number;
  events: EventRecorder;
  crashBackOff: BackOff;
  imageBackOff: BackOff;
  /** The error of the last pull, by pod and image; shown again during the back-off. */
  pullFailures: Map<string, string>;
  tokens: TokenIssuer | undefined;
  keepProcessAlive: boolean;
}
