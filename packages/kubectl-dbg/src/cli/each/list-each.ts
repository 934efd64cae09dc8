import { ExitCode } from '../../model/failure.ts';
import { ReportExitCode } from '../../model/report.ts';
import type { World } from '../../model/world.ts';
import { selectPods } from '../../operations/each/candidates.ts';
import { dryRunEach } from '../../operations/each/dry-run-each.ts';
import type { EachRequest } from '../../operations/each/request.ts';
import { selectNodes } from '../../operations/each/select-nodes.ts';
import type { CommandContext } from '../with-cluster.ts';
import type { EachFlags } from './each-request.ts';
import { listTargets } from './list-targets.ts';

/** `--list`, `--dry-run`: what would be done. No match has its own exit code here too. */
export async function listEach(
  request: EachRequest,
  options: EachFlags,
  world: World,
  { cluster, signal, say }: CommandContext,
): Promise<number> {
  const over = new AbortController();
  try {
    const within = AbortSignal.any([signal, over.signal]);
    const { targets, skipped } =
      request.workflow === 'node'
        ? await selectNodes(cluster, request, within)
        : await selectPods(cluster, request, within);
    world.stdout.write(listTargets(targets, skipped, request));
    if (targets.length === 0) return ReportExitCode.nothing;
    if (options.dryRun !== 'server') return ExitCode.ok;
    let code: number = ExitCode.ok;
    for (const { namespace, refusal } of await dryRunEach(
      cluster,
      request,
      targets,
      (below) => world.randomInt(below),
      signal,
    )) {
      say(
        refusal === undefined
          ? `namespace ${namespace}: admitted`
          : `namespace ${namespace}: refused: ${refusal}`,
      );
      if (refusal !== undefined) code = ReportExitCode.incomplete;
    }
    return code;
  } finally {
    over.abort();
  }
}
