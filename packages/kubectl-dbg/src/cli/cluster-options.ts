import { sanitise } from '../base/sanitise.ts';
import { parseDuration } from '../base/duration.ts';
import type { ClusterOptions } from '../cluster/index.ts';
import type { World } from '../model/world.ts';
import { usage } from './cli-error.ts';
import type { GlobalOptions } from './grammar/index.ts';

/** From this verbosity (`-v`) on, each request is a line on stderr, as with kubectl. */
const TRACE_REQUESTS = 6;

/** The global flags as client options. */
export function clusterOptionsOf(options: GlobalOptions, world: Pick<World, 'stderr'>): ClusterOptions {
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
    requestTimeout: requestTimeoutOf(options.requestTimeout),
    disableCompression: options.disableCompression,
    ...(trace
      ? {
          trace: (entry) => {
            const what =
              entry.kind === 'request'
                ? `${entry.method} ${entry.path} ${entry.status}`
                : `connected for ${entry.purpose} (${entry.protocol})`;
            world.stderr.write(`${sanitise(what)} in ${Math.round(entry.milliseconds)} ms\n`);
          },
        }
      : {}),
  };
}

function requestTimeoutOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = parseDuration(text);
  if (value !== undefined) return value;
  throw usage('--request-timeout is neither a number of seconds nor a duration', 'Write it like 30s or 2m');
}
