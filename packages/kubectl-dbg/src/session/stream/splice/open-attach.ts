import type { SpliceContext } from './context.ts';

/**
 * While attach is opening or open: a log that ends early is read again, and an attach that outlives the container has
 * ended.
 */
export function keepSourcesOpen(context: SpliceContext, now: number): void {
  const { attach, log, thresholds } = context;
  const isDead = context.isTerminated(now);
  if (!isDead && log.state === 'ended' && now - log.over >= thresholds.logRetry) log.open(true);
  if (context.isSilentSinceEnd(now)) attach.end(false, now);
}
