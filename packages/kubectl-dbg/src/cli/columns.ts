import type { World } from '../model/world.ts';

/** The width of stdout's terminal, if it is one. */
export function columnsOf({ stdout }: Pick<World, 'stdout'>): number | undefined {
  return stdout.isTTY === true ? stdout.columns : undefined;
}
