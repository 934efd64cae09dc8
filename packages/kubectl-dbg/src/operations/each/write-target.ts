import type { EnvVar, Pod } from 'kubernetes-types/core/v1.d.ts';
import { ApiStatusError, type Cluster, isMissing, isOtherUid } from '../../cluster/index.ts';
import { pause } from '../../base/timer.ts';
import { DbgError } from '../../model/failure.ts';
import type { Plan } from '../../model/plan.ts';
import type { CreatedObject } from '../debug/created-objects.ts';
import { noteWhy } from '../debug/note-why.ts';
import { writePlan } from '../debug/write-plan.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { RunContext, Why } from './run-context.ts';
import type { TargetEnd } from './run-target.ts';

/** Environment variables that tell a command its target. Values are literal: `$(NAME)` is not expanded. */
export function identityEnv(target: FleetTarget, index: number, total: number): EnvVar[] {
  const values = {
    NAMESPACE: target.namespace,
    POD: target.pod,
    UID: target.uid,
    CONTAINER: target.container,
    NODE: target.node ?? '',
    INDEX: String(index),
    TOTAL: String(total),
  };
  return Object.entries(values).map(([name, value]) => ({
    name: `KUBECTL_DBG_${name}`,
    value: value.replaceAll('$(', '$$('),
  }));
}

/** Sends a plan's first write, bound to the pod's uid, so that a recreated pod of the same name is never changed. */
export async function writeTarget(
  cluster: Pick<Cluster, 'request'>,
  plan: Plan,
  { uid, patience, onBusy, signal }: WriteTargetOptions,
): Promise<Pod> {
  const [write] = plan.writes;
  if (write === undefined) throw new Error('a plan for many targets has a write');
  const isPatch = write.verb === 'patch';
  const body = isPatch ? { ...(write.body as object), metadata: { uid } } : write.body;
  const request = {
    method: isPatch ? 'PATCH' : 'POST',
    path: write.path,
    body,
    contentType: write.contentType,
    idempotent: isPatch,
    onBusy,
    signal,
  } as const;
  const until = performance.now() + patience;
  for (let tries = 1; ; tries += 1) {
    try {
      return await cluster.request<Pod>(request);
    } catch (error) {
      const wait = pauseAfter(error, tries, isPatch);
      if (wait === undefined || performance.now() + wait > until) throw error;
      await pause(wait, signal);
    }
  }
}

/** How long to wait (ms) before a retry; undefined if a retry is useless. */
function pauseAfter(error: unknown, tries: number, isPatch: boolean): number | undefined {
  // A busy server has not processed the write; a failing gateway may have forwarded it.
  if (error instanceof ApiStatusError) {
    if (error.code === 429) return BUSY_MS;
    return isPatch && isOfGateway(error) && tries < MAX_TRIES ? PAUSE_MS * tries : undefined;
  }
  // A repeatable write may be sent again: if the connection broke within a response, or if there is none for a while. The
  // watch of the pods decides for how long.
  if (!isPatch || !(error instanceof DbgError)) return undefined;
  if (error.kind === 'unreachable') return Math.min(PAUSE_MS * tries, BUSY_MS);
  return error.kind === 'lost' && tries < MAX_TRIES ? PAUSE_MS * tries : undefined;
}

/** Something between us and the server, or within the server, did not respond: it is unknown what was done. */
function isOfGateway({ code }: ApiStatusError): boolean {
  return code === 502 || code === 503 || code === 504;
}

export interface WriteTargetOptions {
  uid: string;
  /** How long to retry with a busy server, in ms. */
  patience: number;
  /** Called with the time (ms) that the server asks all clients to wait. */
  onBusy?: ((milliseconds: number) => void) | undefined;
  signal: AbortSignal;
}

/** The pause after a server was busy on every try, in ms. */
const BUSY_MS = 1_000;

/** How often to send a write whose response breaks, and the pause between, in ms. */
const MAX_TRIES = 10;
const PAUSE_MS = 200;

/**
 * The result of a target's writes: why they were refused, if they were; and the write of the reason, which is still
 * running.
 */
export interface Sent {
  refused?: TargetEnd;
  noting?: Promise<void>;
}

/**
 * Sends the writes of a plan for one target. Created objects are added to `entries`. Rejects if the run was interrupted.
 */
export async function sendWrites(
  plan: Plan,
  target: FleetTarget,
  context: RunContext,
  entries: CreatedObject[],
): Promise<Sent> {
  const { cluster, request, session, created, onMade, who, known, signal, now } = context;
  const asked = now();
  const patience = request.pace.startTimeout;
  let isPaused = false;
  const onBusy = (wait: number) => {
    isPaused = true;
    context.onBusy(wait);
  };
  const asks = {
    cluster,
    created,
    session,
    on: onMade,
    request: { attach: false },
    io: { now },
    who,
    signal,
  };
  const options = { ...asks, why: request.why };
  try {
    const pod =
      request.workflow === 'ephemeral'
        ? await writeTarget(cluster, plan, { uid: target.uid, patience, onBusy, signal })
        : (await writePlan(plan, entries, options)).pod;
    // A pause that the server requested says nothing about its speed.
    if (!isPaused) context.onAnswer(now() - asked);
    return { noting: noteWhy(plan, pod, options) };
  } catch (error) {
    signal.throwIfAborted();
    const refused = refusedWrite(error);
    if (refused === undefined) throw error;
    known.writeRefused(target, refused);
    return { refused };
  }
}

/** What a refused write means for its target. */
export function refusedWrite(error: unknown): (Why & TargetEnd) | undefined {
  if (error instanceof ApiStatusError) {
    if (isMissing(error)) return { class: 'lost', reason: 'PodGone', message: 'the pod is gone' };
    if (isOtherUid(error)) {
      return { class: 'lost', reason: 'Replaced', message: 'another pod has taken its name' };
    }
    return {
      class: 'not-started',
      reason: error.reason === '' ? `HTTP ${error.code}` : error.reason,
      message: error.message,
      mayRunOn: isOfGateway(error),
    };
  }
  if (error instanceof DbgError) {
    // The write may have been executed, or not.
    return error.kind === 'lost'
      ? { class: 'lost', reason: 'Unreachable', message: error.message, mayRunOn: true }
      : { class: 'not-started', reason: 'Unreachable', message: error.message };
  }
  return undefined;
}
