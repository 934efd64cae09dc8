import type { ClusterOptions } from '../cluster/index.ts';
import type { World } from '../world.ts';
import type { Options } from './grammar/index.ts';

/** From this `-v` on each request is a line on stderr, as with kubectl. */
const TRACE_REQUESTS = 6;

/** The global flags as the client wants them. */
export function clusterOptionsOf(options: Options, world: Pick<World, 'stderr'>): ClusterOptions {
  const trace = (options.v ?? 0) >= TRACE_REQUESTS;
  return {
    kubeconfig: options.kubeconfig,
    context: options.context,
    cluster: options.cluster,
    user: options.user,
    namespace: options.namespace,
    server: options.server,
    token: options.token,
    username: options.username,
    password: options.password,
    as: options.as,
    asGroups: options.asGroup,
    asUid: options.asUid,
    asUserExtra: options.asUserExtra,
    certificateAuthority: options.certificateAuthority,
    clientCertificate: options.clientCertificate,
    clientKey: options.clientKey,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify,
    tlsServerName: options.tlsServerName,
    requestTimeout: options.requestTimeout,
    disableCompression: options.disableCompression,
    ...(trace
      ? {
          trace: (entry) => {
            const what =
              entry.kind === 'request'
                ? `${entry.method} ${entry.path} ${entry.status}`
                : `connected for ${entry.purpose} (${entry.protocol})`;
            world.stderr.write(`${what} in ${Math.round(entry.milliseconds)} ms\n`);
          },
        }
      : {}),
  };
}
