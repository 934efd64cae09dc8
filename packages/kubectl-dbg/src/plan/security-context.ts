import type { Container, EphemeralContainer, SecurityContext } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../model/failure.ts';
import type { Adjustments } from '../model/plan.ts';

type AnyContainer = Container | EphemeralContainer;

/** Appends capabilities to those that a container adds; existing ones are not added twice. */
export function addCapabilities(container: AnyContainer, names: readonly string[]): void {
  const context = securityContextOf(container);
  const add = [...(context.capabilities?.add ?? [])];
  for (const name of names) if (!add.includes(name)) add.push(name);
  context.capabilities = { ...context.capabilities, add };
}

/** The container's security context, created if there is none. */
export function securityContextOf(container: AnyContainer): SecurityContext {
  container.securityContext ??= {};
  return container.securityContext;
}

/** Applies the requested capabilities, privileges and user; throws DbgError (usage) if they contradict each other. */
export function adjust(container: AnyContainer, adjustments: Adjustments): void {
  const { capAdd, capDrop, privileged, runAs } = adjustments;
  if (capAdd.length > 0) addCapabilities(container, capAdd);
  if (capDrop.length > 0) dropCapabilities(container, capDrop);
  if (privileged !== undefined) securityContextOf(container).privileged = privileged;
  if (runAs !== undefined) setUser(container, runAs);
  checkUser(container.securityContext);
  checkEscalation(container.securityContext);
}

function dropCapabilities(container: AnyContainer, names: readonly string[]): void {
  const context = securityContextOf(container);
  const drop = [...(context.capabilities?.drop ?? [])];
  for (const name of names) if (!drop.includes(name)) drop.push(name);
  const add = context.capabilities?.add?.filter((name) => !names.includes(name));
  context.capabilities = { drop };
  if (add !== undefined && add.length > 0) context.capabilities.add = add;
}

function setUser(container: AnyContainer, { uid, gid }: { uid: number; gid?: number }): void {
  const context = securityContextOf(container);
  context.runAsUser = uid;
  if (gid !== undefined) context.runAsGroup = gid;
  // The pod's own runAsNonRoot would keep root from starting; a profile's is a guarantee and is checked below.
  if (uid === 0 && context.runAsNonRoot === undefined) context.runAsNonRoot = false;
}

function checkUser(context: SecurityContext | undefined): void {
  if (context?.runAsNonRoot !== true || context.runAsUser !== 0) return;
  throw new DbgError(
    'usage',
    'RootForbidden',
    'the debug container would run as root, which its profile (runAsNonRoot) forbids',
  );
}

/** The API refuses these together; this message is clearer. */
function checkEscalation(context: SecurityContext | undefined): void {
  if (context?.allowPrivilegeEscalation !== false) return;
  const by = context.privileged === true ? 'privileged' : addsSysAdmin(context) ? 'SYS_ADMIN' : undefined;
  if (by === undefined) return;
  const gained = by === 'privileged' ? 'run privileged' : 'have SYS_ADMIN';
  throw new DbgError(
    'usage',
    'EscalationForbidden',
    `the debug container would ${gained}, which allowPrivilegeEscalation: false forbids`,
    { by },
  );
}

function addsSysAdmin({ capabilities }: SecurityContext): boolean {
  return (capabilities?.add ?? []).some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN');
}
