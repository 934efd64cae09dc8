import type { LimitRange, ResourceQuota } from 'kubernetes-types/core/v1.d.ts';
import type { Evidence } from '../evidence.ts';
import { collectionPath } from '../kinds.ts';
import type { Reader } from '../reader.ts';
import { WorkloadView } from '../view/workload-view.ts';

/** The bounds for pods of a namespace: quotas and LimitRanges. Read only if a workload lacks pods, or one was refused. */
export async function readLimits(
  reader: Reader,
  namespace: string | undefined,
  evidence: Evidence,
): Promise<Pick<Evidence, 'quotas' | 'limits'>> {
  const isBounded = evidence.workloads?.some((workload) => {
    const view = new WorkloadView(workload, evidence);
    return view.lacksPods || view.refusal !== undefined;
  });
  if (isBounded !== true) return {};
  const [quotas, limits] = await Promise.all([
    reader.list<ResourceQuota>('resourcequotas', collectionPath('ResourceQuota', namespace)),
    reader.list<LimitRange>('limitranges', collectionPath('LimitRange', namespace)),
  ]);
  return {
    ...(quotas === undefined ? {} : { quotas }),
    ...(limits === undefined ? {} : { limits }),
  };
}
