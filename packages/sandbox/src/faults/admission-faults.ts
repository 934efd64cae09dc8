import type { Exchange } from '../apiserver/exchange.ts';
import type { FaultRegistry } from './faults.ts';
import { policyDenial, webhookDenial, webhookFailure } from './fault-answer.ts';
import { subjectOf } from './request-faults.ts';

/**
 * Applies the faults of `admission` to a write, or to a connection to a pod.
 *
 * @param name name of the object, which a create's path doesn't contain
 * @throws StatusError for a denial
 */
export function injectAdmissionFaults(exchange: Exchange, faults: FaultRegistry, name: string): void {
  const { info } = exchange;
  const action = faults.inject('admission', { ...subjectOf(exchange), name });
  switch (action?.kind) {
    case 'webhook-denial':
      throw webhookDenial(action);
    case 'webhook-failure':
      throw webhookFailure(action);
    case 'policy-denial':
      throw policyDenial(action, { plural: info.resource, group: info.group }, name);
    case 'warning':
      exchange.warn(action.message);
      break;
    default:
  }
}
