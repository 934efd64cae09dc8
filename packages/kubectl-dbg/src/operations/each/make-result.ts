import type { TargetResult } from '../../model/report.ts';
import type { FleetTarget } from './fleet-target.ts';
import type { KeptOutput } from './output-sink.ts';
import type { TargetEnd } from './run-target.ts';

/** The attempt for a target. */
export interface Tried {
  debugContainer?: string | undefined;
  /** When it began, and how long it took, in ms. */
  began: number;
  milliseconds: number;
}

/** The identity of the target in a result. */
type Named = Pick<FleetTarget, 'namespace' | 'pod' | 'uid' | 'container'> &
  Partial<Pick<FleetTarget, 'node' | 'owner'>>;

/** A target's result for reports, without the text of its output. `tried`: absent if it was not tried. */
export function makeResult(target: Named, end: TargetEnd, tried?: Tried, output?: KeptOutput): TargetResult {
  const { startedAt: _, isNodeUnable: __, mayRunOn: ___, ...told } = end;
  const { namespace, pod, uid, container, node, owner } = target;
  return {
    namespace,
    pod,
    uid,
    container,
    ...(tried?.debugContainer === undefined ? {} : { debugContainer: tried.debugContainer }),
    ...(node === undefined ? {} : { node }),
    ...(owner === undefined ? {} : { owner }),
    ...told,
    ...(output?.file === undefined ? {} : { outputFile: output.file }),
    bytes: output?.bytes ?? 0,
    lines: output?.lines ?? 0,
    ...(output === undefined ? {} : { sha256: output.sha256 }),
    truncated: output?.truncated ?? false,
    ...(tried === undefined ? {} : { started: new Date(tried.began).toISOString() }),
    milliseconds: Math.round(tried?.milliseconds ?? 0),
  };
}
