import type { DbgError } from '../../model/failure.ts';
import type { TargetKind } from '../../targets/parse-target.ts';
import type { Workflow } from '../../model/plan.ts';
import { flags, optionKey, type Options } from './flags.ts';
import type { ParsedArguments } from './parse.ts';
import { usage } from '../cli-error.ts';

/** The workflows of the targets. */
export function workflowsOf({ options }: ParsedArguments, kinds: readonly TargetKind[]): Set<Workflow> {
  const forPods: Workflow = options.copyTo ? 'copy' : 'ephemeral';
  return new Set(kinds.map((kind) => (kind === 'Node' ? 'node' : forPods)));
}

/** The options without defaults of the user that have no meaning for the targets. */
export function withoutIdleDefaults(
  { options, defaulted }: ParsedArguments,
  workflows: ReadonlySet<Workflow>,
): Options {
  const idle = flags.filter(
    ({ name, workflows: meant }) =>
      defaulted.has(name) &&
      meant !== undefined &&
      [...workflows].some((workflow) => !meant.includes(workflow)),
  );
  const left = { ...options };
  for (const { name } of idle) delete left[optionKey(name)];
  return left;
}

/**
 * Refuses flags that would change nothing: better than a surprise. An empty value, or `=false` of a switch, is accepted.
 */
export function refuseMeaningless(options: Options, workflows: ReadonlySet<Workflow>): void {
  for (const flag of flags) {
    const value = options[optionKey(flag.name)];
    if (flag.workflows === undefined || value === undefined) continue;
    if (value === '' || (value === false && flag.fallback === undefined)) continue;
    for (const workflow of workflows) {
      if (flag.workflows.includes(workflow)) continue;
      const reason = flag.notIn?.[workflow];
      if (reason !== undefined) throw usage(`--${flag.name}: ${reason.why}`, reason.remedy);
      throw meaningless(flag.name, flag.workflows, workflow);
    }
  }
}

function meaningless(name: string, meant: readonly Workflow[], workflow: Workflow): DbgError {
  if (workflow === 'node') return usage(`--${name} has no meaning for a node`, `Leave --${name} out`);
  if (meant.length === 1 && meant[0] === 'copy') return usage(`--${name} may only be used with --copy-to.`);
  if (meant.length === 1 && meant[0] === 'node') return usage(`--${name} may only be used with a node`);
  return usage(
    `--${name} has no meaning ${workflow === 'copy' ? 'with' : 'without'} --copy-to`,
    `Leave --${name} out`,
  );
}
