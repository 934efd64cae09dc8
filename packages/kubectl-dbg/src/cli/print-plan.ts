import type { Pod } from 'kubernetes-types/core/v1.d.ts';
import type { Plan, Write } from '../plan/index.ts';

/** How a plan is printed. */
export type PlanFormat = 'yaml' | 'json' | 'name';

/**
 * A plan as text: the bodies exactly as they will be sent, or what the server answered to a dry run of them. Notes on
 * method and path are YAML comments, so that what creates a pod can be piped into `kubectl create -f -`.
 */
export async function printPlan(
  plan: Plan,
  format: PlanFormat,
  answers: readonly (Pod | undefined)[],
): Promise<string> {
  if (format === 'name') return `pod/${plan.pod.metadata?.name ?? ''}\n`;
  const bodies = plan.writes.map((write, index) => answers[index] ?? write.body);
  // A deletion has no object of its own: in JSON, where no comment can stand, it is left out.
  const objects = plan.writes.flatMap((write, index) => (write.verb === 'delete' ? [] : [bodies[index]]));
  if (format === 'json') return objects.map((object) => `${JSON.stringify(object, null, 4)}\n`).join('');
  const { toYaml } = await import('./to-yaml.ts');
  return plan.writes
    .map((write, index) => {
      const text = write.verb === 'delete' ? '' : toYaml(bodies[index]);
      return `${index === 0 ? '' : '---\n'}# ${callOf(write)}\n${text}`;
    })
    .join('');
}

const METHODS = { create: 'POST', patch: 'PATCH', delete: 'DELETE' } as const;

function callOf(write: Write): string {
  const how = write.verb === 'patch' ? ` (${write.contentType})` : '';
  const when = write.after === 'copy-running' ? ', once the copy runs' : '';
  return `${METHODS[write.verb]} ${write.path}${how}${when}`;
}
