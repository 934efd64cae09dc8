import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1.d.ts';

/** The profile that matches a debug container's security context; undefined if several match. */
export function guessProfile({
  securityContext,
}: Partial<Pick<Container | EphemeralContainer, 'securityContext'>>): string | undefined {
  const { privileged, runAsNonRoot, capabilities } = securityContext ?? {};
  const added: unknown = capabilities?.add;
  const dropped: unknown = capabilities?.drop;
  const has = (list: unknown, name: string) => Array.isArray(list) && list.includes(name);
  if (privileged === true) return 'sysadmin';
  if (has(added, 'NET_ADMIN') && has(added, 'NET_RAW')) return 'netadmin';
  if (has(added, 'SYS_PTRACE')) return 'general';
  if (runAsNonRoot === true && has(dropped, 'ALL')) return 'restricted';
  return undefined;
}
