import type { Pod } from 'kubernetes-types/core/v1.d.ts';

/** A host port that a pod uses. */
export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

const ALL_ADDRESSES = '0.0.0.0';

/** The host ports of a pod's containers and sidecars. */
export function hostPortsOf({ spec }: Pod): HostPort[] {
  const sidecars = (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...(spec?.containers ?? []), ...sidecars].flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort = 0 }) => hostPort > 0)
      .map(({ hostPort = 0, hostIP, protocol }) => ({
        ip: hostIP || ALL_ADDRESSES,
        protocol: protocol || 'TCP',
        port: hostPort,
      })),
  );
}

/** Whether two lists conflict: the same port and protocol, on the same address or on all. */
export function portsCollide(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  return wanted.some((one) =>
    taken.some(
      (other) =>
        one.port === other.port &&
        one.protocol === other.protocol &&
        (one.ip === other.ip || one.ip === ALL_ADDRESSES || other.ip === ALL_ADDRESSES),
    ),
  );
}
