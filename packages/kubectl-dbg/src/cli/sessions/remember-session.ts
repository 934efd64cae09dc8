import type { Address } from '../../model/plan.ts';
import type { World } from '../../model/world.ts';

/** Saves a session as the last one of this terminal. */
export async function rememberSession(
  { namespace, pod, container }: Address,
  server: string,
  world: Pick<World, 'remember'>,
): Promise<void> {
  await world.remember?.(JSON.stringify({ session: `${namespace}/${pod}/${container}`, server }));
}
