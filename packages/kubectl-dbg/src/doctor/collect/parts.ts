import type { Evidence } from '../evidence.ts';

export interface CollectOptions {
  now: number;
  /** Read logs. */
  logs: boolean;
}

/** The collected data of a target; undefined if not read. */
export type Parts = { -readonly [K in keyof Evidence]?: Evidence[K] | undefined };
