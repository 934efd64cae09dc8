import type { ServerHooks } from '../apiserver/hooks.ts';
import { injectAdmissionFaults } from './admission-faults.ts';
import { Connections } from './connections.ts';
import type { FaultRegistry } from './faults.ts';
import { startRelay } from './relay.ts';
import { injectRequestFaults } from './request-faults.ts';
import { injectStreamFaults } from './websocket-faults.ts';

/** Injects faults at an API server; only one that is `stallable` gets a relay, which costs some throughput. */
export function faultHooks(faults: FaultRegistry, { stallable }: { stallable: boolean }): ServerHooks {
  const connections = new Connections(faults);
  return {
    ...(stallable ? { front: (listen, target) => startRelay(listen, target, connections) } : {}),
    onConnection: (socket) => connections.add(socket),
    onRequest: (exchange) => injectRequestFaults(exchange, faults, connections),
    onAdmission: (exchange, name) => injectAdmissionFaults(exchange, faults, name),
    onWebSocket: (socket, exchange) => injectStreamFaults(socket, exchange, { faults, connections }),
  };
}
