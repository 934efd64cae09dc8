import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import { sanitise } from '../../base/sanitise.ts';
import { toJson } from '../../base/to-json.ts';
import type { Plan, Write } from '../../model/plan.ts';

/** How a plan is printed. */
export type PlanFormat = 'yaml' | 'json' | 'name';

/**
 * A plan as text: the bodies exactly as they will be sent, or the server's responses to a dry run. Notes on method and
 * path are YAML comments, so that the output for a new pod can be piped into `kubectl create -f -`.
 */
export async function printPlan(
  plan: Plan,
  format: PlanFormat,
  answers: readonly (Pod | undefined)[],
): Promise<string> {
  if (format === 'name') return `${sanitise(`pod/${plan.pod.metadata?.name ?? ''}`)}\n`;
  const bodies = plan.writes.map((write, index) => answers[index] ?? write.body);
  // A deletion has no object: in JSON, which has no comments, it is omitted.
  const objects = plan.writes.flatMap((write, index) => (write.verb === 'delete' ? [] : [bodies[index]]));
  if (format === 'json') return objects.map((object) => toJson(object, 4)).join('');
  const { toYaml } = await import('../../base/to-yaml.ts');
  return plan.writes
    .map((write, index) => {
      const text = write.verb === 'delete' ? '' : toYaml(bodies[index]);
      return `${index === 0 ? '' : '---\n'}# ${sanitise(callOf(write))}\n${text}`;
    })
    .join('');
}

const METHODS = { create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

function callOf(write: Write): string {
  const how = write.verb === 'patch' ? ` (${write.contentType})` : '';
  const when = write.after === 'copy-running' ? ', once the copy runs' : '';
  return `${METHODS[write.verb]} ${write.path}${how}${when}`;
}
