import { type Evidence, noEvidence } from '../evidence.ts';
import type { DiagnosisTarget } from '../finding.ts';
import type { Reader } from '../reader.ts';
import { readLimits } from './limits.ts';
import { readLogs } from './logs.ts';
import type { CollectOptions, Parts } from './parts.ts';
import { readNamespace } from './read-namespace.ts';
import { readNode, readObject } from './read-object.ts';
import { readPod } from './read-pod.ts';

/** Maximum of logs to read, each from another workload. */
const LOGS = 5;

/** The collected data, and whether the target's own objects could be read. */
export interface Collected {
  evidence: Evidence;
  essential: boolean;
}

/**
 * Reads what the rules need about a target: for a pod about ten requests, for a namespace one list per kind. Throws
 * ApiStatusError if the target does not exist, and any error of the connection.
 */
export async function collect(
  reader: Reader,
  target: DiagnosisTarget,
  options: CollectOptions,
): Promise<Collected> {
  const { kind, namespace = '', name = '' } = target;
  const base = noEvidence(kind === 'Namespace' ? name : namespace, options.now);
  const parts =
    kind === 'Pod'
      ? await readPod(reader, namespace, name, options)
      : kind === 'Node'
        ? await readNode(reader, name)
        : kind === 'Namespace' || kind === 'Pods'
          ? await readNamespace(reader, base.namespace, target.selector)
          : await readObject(reader, target);
  const evidence = join(base, parts, reader);
  const limits = await readLimits(reader, base.namespace, evidence);
  const logs =
    kind !== 'Pod' && options.logs ? await readLogs(reader, evidence, LOGS) : (parts.logs ?? base.logs);
  return {
    evidence: { ...evidence, ...limits, logs, unread: reader.unread },
    essential: kind === 'Node' ? parts.nodes === undefined : parts.pods === undefined,
  };
}

/** The evidence of several namespaces, separately. */
export async function collectAll(
  reader: Reader,
  selector: string | undefined,
  options: CollectOptions,
): Promise<Collected[]> {
  const parts = await readNamespace(reader, undefined, selector);
  const read = join(noEvidence('', options.now), parts, reader);
  const all: Evidence = { ...read, ...(await readLimits(reader, undefined, read)) };
  const namespaces = new Set(
    [...(all.pods ?? []), ...(all.workloads ?? [])].map(({ metadata }) => metadata?.namespace ?? ''),
  );
  const of = (namespace: string): Evidence => {
    const own = <T extends { metadata?: { namespace?: string } }>(objects: readonly T[] | undefined) =>
      objects?.filter(({ metadata }) => metadata?.namespace === namespace);
    const uids = new Set(
      [all.pods, all.workloads, all.services, all.claims, all.autoscalers].flatMap((objects) =>
        (own<{ metadata?: { namespace?: string; uid?: string } }>(objects) ?? []).map(
          ({ metadata }) => metadata?.uid,
        ),
      ),
    );
    return join(
      noEvidence(namespace, options.now),
      {
        pods: own(all.pods),
        workloads: own(all.workloads),
        services: own(all.services),
        slices: own(all.slices),
        claims: own(all.claims),
        ingresses: own(all.ingresses),
        autoscalers: own(all.autoscalers),
        budgets: own(all.budgets),
        quotas: own(all.quotas),
        limits: own(all.limits),
        nodes: all.nodes,
        events: all.events?.filter(({ uid }) => uids.has(uid)),
      },
      reader,
    );
  };
  const names = [...namespaces].sort();
  return await Promise.all(
    (names.length === 0 ? [''] : names).map(async (namespace) => {
      const evidence = of(namespace);
      const logs = options.logs ? await readLogs(reader, evidence, 1) : evidence.logs;
      return { evidence: { ...evidence, logs, unread: reader.unread }, essential: parts.pods === undefined };
    }),
  );
}

/** Omits what was not read: a missing list is different from an empty one. */
function join(base: Evidence, parts: Parts, reader: Reader): Evidence {
  const read = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
  return { ...base, ...(read as Partial<Evidence>), unread: reader.unread };
}
