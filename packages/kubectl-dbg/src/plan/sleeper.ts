import type { RandomInt } from './types.ts';

/** A program that does nothing until it is told to end, for `--via exec`: the real command runs beside it. */
export interface Sleeper {
  /** The container's command. */
  command: string[];
  /** Ends it, when run in the same container. */
  end: string[];
}

/** A sleeper whose client has died ends by itself after a day or two. */
const SHORTEST_SECONDS = 86_400;
const RANGE_SECONDS = 86_400;

/**
 * A sleeper with a number of its own, by which its `sleep` is found among all the processes it may share a namespace
 * with. It is a child of the shell: process 1 of a namespace could not be ended from within.
 */
export function makeSleeper(draw: RandomInt): Sleeper {
  const seconds = SHORTEST_SECONDS + draw(RANGE_SECONDS);
  const find = `for p in /proc/[0-9]*; do [ "$(tr '\\0' ' ' < "$p/cmdline" 2>/dev/null)" = "sleep ${seconds} " ] && kill "\${p#/proc/}"; done; true`;
  return { command: ['sh', '-c', `sleep ${seconds}; true`], end: ['sh', '-c', find] };
}
