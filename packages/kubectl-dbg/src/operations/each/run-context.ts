import type { Cluster } from '../../cluster/index.ts';
import type { OnEvent } from '../../model/event.ts';
import type { DebugRequest, RandomInt } from '../../model/plan.ts';
import type { CreatedObjects } from '../debug/created-objects.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { EachRequest } from './request.ts';

/** What all targets of a run have in common. */
export interface RunContext {
  cluster: Cluster;
  request: EachRequest;
  /** Id of the run; its debug containers are named `dbg-RUN`. */
  run: string;
  /** The number of targets. */
  total: number;
  /** Whether an earlier run with this id has created the target's container: it is resumed. */
  isAdopted: (target: FleetTarget) => boolean;
  /** Directory for outputs; undefined: they stay in memory. */
  directory: string | undefined;
  onStart: (target: FleetTarget) => void;
  /** Called with the output of a command as it arrives. */
  onOutput?: ((target: FleetTarget, data: Buffer) => void) | undefined;
  /** Mark of the objects that the run creates. */
  session: string;
  /** The user's name, which never rejects: recorded with the reason. */
  who: Promise<string | undefined> | undefined;
  /** Every created object is registered here. */
  created: CreatedObjects;
  /** Called with events about created objects. */
  onMade: OnEvent;
  /** The debug container's request for a target, with a resolved profile. */
  settle: (target: FleetTarget) => Promise<DebugRequest>;
  mailboxes: Mailboxes;
  known: KnownFailures;
  /** The server asks all clients to wait for this time (ms). */
  onBusy: (milliseconds: number) => void;
  /** The server responded to a write after this time (ms). */
  onAnswer: (milliseconds: number) => void;
  /** Aborted to terminate running commands. */
  halt: AbortSignal;
  /** Aborts everything at once. */
  signal: AbortSignal;
  random: RandomInt;
  now: () => number;
}

/** Why a target did not run to its end. */
export interface Why {
  reason: string;
  message: string;
}

/** Something that was refused in a namespace, or failed on a node, need not be tried again for every target there. */
export class KnownFailures {
  readonly #nodes = new Map<string, Why>();
  readonly #namespaces = new Map<string, Why>();

  of({ node, namespace }: FleetTarget): Why | undefined {
    return this.#nodes.get(node ?? '') ?? this.#namespaces.get(namespace);
  }

  /** The node can't pull the image. */
  nodeUnable({ node }: FleetTarget, { reason, message }: Why): void {
    const words = `node ${node ?? ''} cannot pull the image: ${message}`;
    this.#nodes.set(node ?? '', { reason, message: words });
  }

  /** Rights are the same for all pods of a namespace; an admission policy may depend on the pod. */
  writeRefused({ namespace }: FleetTarget, why: Why): void {
    if (why.reason === 'Forbidden' && /cannot \w+ resource/.test(why.message)) {
      this.#namespaces.set(namespace, why);
    }
  }
}
