import type { NodeAgent } from '../apiserver/node-agent.ts';
import { StatusError } from '../machinery/status-error.ts';
import type { Link } from './node/link.ts';

const INTERNAL_ERROR = 500;

/** An agent whose link can be cut: the API server's connections to it then fail. */
export function reachableAgent(agent: NodeAgent, link: Link, address: string): NodeAgent {
  const why = `dial tcp ${address}: connect: no route to host`;
  const check = (words: string): void => {
    if (link.isCut) throw new StatusError(INTERNAL_ERROR, '', words);
  };
  return {
    async logs(namespace, pod, container, options, signal) {
      check(`Get "https://${address}/containerLogs/${namespace}/${pod}/${container}": ${why}`);
      return agent.logs(namespace, pod, container, options, signal);
    },
    async attach(...request) {
      check(`error dialing backend: ${why}`);
      return agent.attach(...request);
    },
    async exec(...request) {
      check(`error dialing backend: ${why}`);
      return agent.exec(...request);
    },
    async portForward(...request) {
      check(`error dialing backend: ${why}`);
      return agent.portForward(...request);
    },
  };
}
