import type { Container, EphemeralContainer, SecurityContext } from 'kubernetes-types/core/v1.d.ts';
import { DbgError } from '../errors.ts';
import type { Adjustments } from './types.ts';

type AnyContainer = Container | EphemeralContainer;

/** Appends capabilities to those a container adds; one that is there is not added twice. */
export function addCapabilities(container: AnyContainer, names: readonly string[]): void {
  const context = securityContextOf(container);
  const add = [...(context.capabilities?.add ?? [])];
  for (const name of names) if (!add.includes(name)) add.push(name);
  context.capabilities = { ...context.capabilities, add };
}

/** The container's security context, made if there is none. */
export function securityContextOf(container: AnyContainer): SecurityContext {
  container.securityContext ??= {};
  return container.securityContext;
}

/** Applies --cap-add, --cap-drop, --privileged and --run-as; throws DbgError (usage) where they contradict. */
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
  // The pod's own runAsNonRoot would keep root from starting; a profile's is a promise and is checked below.
  if (uid === 0 && context.runAsNonRoot === undefined) context.runAsNonRoot = false;
}

function checkUser(context: SecurityContext | undefined): void {
  if (context?.runAsNonRoot !== true || context.runAsUser !== 0) return;
  throw new DbgError(
    'usage',
    'the debug container would run as root, which its profile (runAsNonRoot) forbids',
    {
      remedy: 'Choose another user with --run-as, or another --profile',
    },
  );
}

/** The API refuses these together; the plain words are better than its. */
function checkEscalation(context: SecurityContext | undefined): void {
  if (context?.allowPrivilegeEscalation !== false) return;
  const gained =
    context.privileged === true ? 'run privileged' : addsSysAdmin(context) ? 'have SYS_ADMIN' : undefined;
  if (gained === undefined) return;
  throw new DbgError(
    'usage',
    `the debug container would ${gained}, which allowPrivilegeEscalation: false forbids`,
    {
      remedy: 'Use another --profile',
    },
  );
}

function addsSysAdmin({ capabilities }: SecurityContext): boolean {
  return (capabilities?.add ?? []).some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN');
}
