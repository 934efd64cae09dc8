import type { Shell } from '../../base/shell-quote.ts';
import { type FollowUpCommands, followUpCommands } from '../../model/follow-up-commands.ts';
import type { World } from '../../model/world.ts';
import type { GlobalOptions } from '../grammar/index.ts';

/** Shown instead of a secret, which must never be printed. */
const TOKEN_PLACEHOLDER = 'TOKEN';
const PASSWORD_PLACEHOLDER = 'PASSWORD';

/**
 * The commands for the user of this command line: with the same connection flags, so that they use the same cluster and
 * the same identity.
 */
export function commandsFor(
  options: GlobalOptions,
  world: Pick<World, 'platform' | 'env'>,
): FollowUpCommands {
  return followUpCommands(connectionFlags(options), shellOf(world));
}

/** The flags that select cluster and identity, as given; secrets as placeholders. */
export function connectionFlags(options: GlobalOptions): string[] {
  const { username, password, token, server } = options;
  return [
    ...flag('kubeconfig', options.kubeconfig),
    ...flag('context', options.context),
    ...flag('cluster', options.cluster),
    ...flag('user', options.user),
    ...flag('server', server === undefined ? undefined : withoutPassword(server)),
    ...flag('certificate-authority', options.certificateAuthority),
    ...(options.insecureSkipTlsVerify === true ? ['--insecure-skip-tls-verify'] : []),
    ...flag('tls-server-name', options.tlsServerName),
    ...flag('token', token === undefined || token === '' ? undefined : TOKEN_PLACEHOLDER),
    ...flag('username', username),
    ...flag('password', password === undefined || password === '' ? undefined : PASSWORD_PLACEHOLDER),
    ...flag('client-certificate', options.clientCertificate),
    ...flag('client-key', options.clientKey),
    ...flag('as', options.as),
    ...(options.asGroup ?? []).flatMap((group) => flag('as-group', group)),
    ...flag('as-uid', options.asUid),
    ...(options.asUserExtra ?? []).flatMap((extra) => flag('as-user-extra', extra)),
  ];
}

/** kubectl treats an empty value as "not set". */
function flag(name: string, value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [`--${name}`, value];
}

function withoutPassword(server: string): string {
  return server.replace(/^([^/?#]*\/\/[^/?#:@]*):[^/?#]*@/, `$1:${PASSWORD_PLACEHOLDER}@`);
}

/** Git's bash sets MSYSTEM, cmd PROMPT; otherwise Windows has PowerShell. */
function shellOf({ platform, env }: Pick<World, 'platform' | 'env'>): Shell {
  if (platform !== 'win32' || env.MSYSTEM !== undefined) return 'posix';
  return env.PROMPT === undefined ? 'powershell' : 'cmd';
}
