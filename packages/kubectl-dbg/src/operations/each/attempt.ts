import type { ContainerStatus } from 'kubernetes-types/core/v1.d.ts';
import type { Address, Plan } from '../../model/plan.ts';
import { cleanUp } from '../debug/cleanup.ts';
import type { CreatedObject } from '../debug/created-objects.ts';
import { type Attempt, collectOutput, judged } from './collect-output.ts';
import { type FleetTarget, skipOf, statusOf } from './fleet-target.ts';
import { findHolder } from './holder.ts';
import { brokenOff } from './broken-attempt.ts';
import { planTarget } from './plan-target.ts';
import type { PodMailbox } from './pod-mailbox.ts';
import type { RunContext } from './run-context.ts';
import { runByAttach } from './run-by-attach.ts';
import { runByExec } from './run-by-exec.ts';
import { type TargetEnd, waitForEnd, waitForStart, type WaitOptions } from './run-target.ts';
import { sendInput } from './send-input.ts';
import { sendWrites } from './write-target.ts';

/**
 * Runs the command in one target. Rejects if the run was interrupted, or the cluster can't be watched any more, before
 * anything was written for this target.
 *
 * @param index position in the run
 * @param started called once its node has the image, or the command runs: then the node may start another target
 */
export async function attemptTarget(
  target: FleetTarget,
  context: RunContext,
  index: number,
  started: () => void,
): Promise<Attempt> {
  const { request, known, mailboxes } = context;
  const failure = known.of(target);
  if (failure !== undefined) return { end: { class: 'not-started', ...failure } };
  if (target.isGone === true) {
    return { end: { class: 'skipped', reason: 'Deleted', message: 'it was deleted before its turn' } };
  }
  const pod = target.kept.read();
  const adopted = context.isAdopted(target);
  // A container of an earlier run is compared with the planned one, so the plan is needed first.
  const early = request.reuse && !adopted ? await planOf(target, context, index) : undefined;
  const holder = findHolder(pod, early?.container);
  const skip =
    adopted || holder !== undefined || request.workflow === 'node'
      ? undefined
      : skipOf(pod, request.selection.maxDebugContainers);
  if (skip !== undefined) return { end: { class: 'skipped', ...skip } };
  const plan = early ?? (await planOf(target, context, index));
  const address =
    holder === undefined
      ? plan.session?.address
      : { namespace: target.namespace, pod: target.pod, container: holder };
  if (address === undefined) throw new Error('a plan for many targets has a container');
  if (request.workflow === 'node') target.pod = address.pod;
  const mailbox = mailboxes.open(address, request.workflow === 'ephemeral' ? target.uid : undefined);
  const entries: CreatedObject[] = [];
  let noting: Promise<void> | undefined;
  mailbox.onReport = (reason) => {
    if (PULLED.has(reason)) started();
  };
  try {
    context.onStart(target);
    if (adopted || holder !== undefined) mailbox.seen('MODIFIED', pod);
    else {
      const sent = await sendWrites(plan, target, context, entries);
      ({ noting } = sent);
      if (sent.refused !== undefined) return { end: sent.refused };
    }
    const before = statusOf(pod, target.container);
    const attempt = await follow(target, context, {
      plan,
      address,
      mailbox,
      before,
      adopted,
      index,
      started,
    });
    return { ...attempt, container: address.container };
  } catch (error) {
    return { end: brokenOff(error, context.signal, address, mailbox), container: address.container };
  } finally {
    mailboxes.close(address, mailbox);
    await noting;
    await cleanUp(entries, context.onMade, context.signal);
  }
}

/** Events after which a node pulls nothing more for the container. */
const PULLED: ReadonlySet<string> = new Set(['Pulled', 'Created']);

interface Following {
  plan: Plan;
  address: Address;
  mailbox: PodMailbox;
  /** The target container, before the write. */
  before: ContainerStatus | undefined;
  /** An earlier run has created the container. */
  adopted: boolean;
  index: number;
  started: () => void;
}

async function follow(target: FleetTarget, context: RunContext, following: Following): Promise<Attempt> {
  const { cluster, request, known, halt, signal } = context;
  const { plan, address, mailbox, before, adopted, index, started } = following;
  const joins = plan.container !== undefined && 'targetContainerName' in plan.container;
  const wait: WaitOptions = {
    cluster,
    address,
    target: joins ? target.container : undefined,
    image: plan.container?.image,
    before: { containerId: before?.containerID, restarts: before?.restartCount ?? 0 },
    startTimeout: request.pace.startTimeout,
    runTimeout: request.pace.runTimeout ?? Infinity,
    stop: halt,
    signal,
  };
  const start = await waitForStart(mailbox, wait);
  if (start !== 'running' && start.isNodeUnable === true) {
    known.nodeUnable(target, { reason: start.reason ?? '', message: start.message ?? '' });
  }
  if (request.via === 'exec') {
    if (start !== 'running') return { end: start };
    started();
    return await runByExec(target, context, { address, mailbox, wait, adopted, index });
  }
  if (start !== 'running') {
    if (start.startedAt === undefined) return { end: start };
    started();
    return await withLog(start, target, context, address);
  }
  started();
  // For output that an earlier run began to read by attach, the log has everything from the beginning.
  if (request.via === 'attach' && !adopted)
    return await runByAttach(target, context, { address, mailbox, wait });
  if (request.input !== undefined) void sendInput(cluster, address, request.input, signal);
  if (!request.live) return await withLog(await waitForEnd(mailbox, wait), target, context, address);
  const reading = collectOutput(target, context, address, { follow: true });
  reading.catch(() => undefined);
  return judged(await waitForEnd(mailbox, wait), await reading);
}

/** The end of a target, with the log of its container. */
async function withLog(
  end: TargetEnd,
  target: FleetTarget,
  context: RunContext,
  address: Address,
): Promise<Attempt> {
  if (end.startedAt === undefined) return { end };
  const { startedAt } = end;
  return judged(end, await collectOutput(target, context, address, { follow: false, startedAt }));
}

async function planOf(target: FleetTarget, context: RunContext, index: number): Promise<Plan> {
  const { cluster, request, random, run, total, settle, signal } = context;
  const debug = await settle(target);
  return await planTarget(target, { cluster, request, debug, run, index, total, random, signal });
}
