import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts';
import { apiPaths } from '../../model/api-paths.ts';
import { DbgError } from '../../model/failure.ts';
import type { Plan, Write } from '../../model/plan.ts';
import { addedContainers } from './apply-write.ts';

/**
 * Returns the plan with another body for its first write. Address, session and clean-up follow that body, so the same
 * object is written, followed and deleted. Throws DbgError (usage) for a body of another kind.
 */
export function withEditedBody(plan: Plan, body: unknown): Plan {
  const [first, ...others] = plan.writes;
  if (first === undefined) return plan;
  return first.verb === 'patch'
    ? editedPatch(plan, first, body, others)
    : editedPod(plan, first, body, others);
}

function editedPatch(plan: Plan, first: Write, body: unknown, others: Write[]): Plan {
  const write = { ...first, body };
  const [container, ...more] = addedContainers(write);
  if (container?.name === undefined || more.length > 0) {
    throw new DbgError(
      'usage',
      'EditedPlanInvalid',
      'the edited pod does not add exactly one ephemeral container',
    );
  }
  return withContainer({ ...plan, writes: [write, ...others] }, container);
}

function editedPod(plan: Plan, first: Write, body: unknown, others: Write[]): Plan {
  const pod = body as Pod;
  const before = first.body as Pod;
  if (pod.kind !== before.kind || pod.apiVersion !== before.apiVersion) {
    throw new DbgError(
      'usage',
      'EditedPlanInvalid',
      `the edited object is no longer a ${before.kind ?? 'Pod'}`,
    );
  }
  const { name, generateName, namespace = plan.pod.metadata?.namespace ?? '' } = pod.metadata ?? {};
  if (name === undefined && generateName === undefined) {
    throw new DbgError('usage', 'EditedPlanInvalid', 'the edited object has no name');
  }
  const path = apiPaths.pods(namespace);
  const shown = name ?? `${generateName ?? ''}*`;
  const metadata = { ...pod.metadata, namespace };
  const write: Write = { ...first, path, body: { ...pod, metadata } };
  const edited: Plan = {
    ...plan,
    pod: { ...pod, metadata },
    writes: [write, ...others],
    cleanup: plan.cleanup.map(() => ({
      path: `${path}/${encodeURIComponent(shown)}`,
      what: `pod ${namespace}/${shown}`,
    })),
  };
  if (plan.session === undefined) return edited;
  const address = { ...plan.session.address, namespace, pod: shown };
  return withContainer(
    { ...edited, session: { ...plan.session, address } },
    sameContainer(before, pod, address.container),
  );
}

/** The debug container in the edited pod: by name, else by index. */
function sameContainer(before: Pod, after: Pod, name: string): Container {
  for (const part of ['containers', 'initContainers'] as const) {
    const at = before.spec?.[part]?.findIndex((container) => container.name === name) ?? -1;
    if (at < 0) continue;
    const edited = after.spec?.[part] ?? [];
    const found = edited.find((container) => container.name === name);
    if (found !== undefined) return found;
    const moved = edited[at];
    if (moved !== undefined && edited.length === before.spec?.[part]?.length) return moved;
  }
  throw new DbgError('usage', 'EditedPlanInvalid', `the edited object no longer has container ${name}`);
}

function withContainer(plan: Plan, container: Container): Plan {
  const { session } = plan;
  if (session === undefined) return { ...plan, container };
  const address = { ...session.address, container: container.name };
  const stdin = session.stdin && container.stdin === true;
  return { ...plan, container, session: { address, stdin, tty: container.tty === true } };
}
