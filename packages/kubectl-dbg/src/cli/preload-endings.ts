import type { Cluster } from '../cluster/index.ts';

/** When the code is loaded, in ms after the beginning of a session: that of a single command is over by then. */
const PRELOAD_AFTER_MS = 10_000;

/**
 * Loads what the end of a session may need while the session runs: an update of kubectl-dbg replaces its files, and a
 * pod that can't be deleted any more would remain.
 */
export function preloadEndings(cluster: Pick<Cluster, 'preloadRecovery'>): void {
  setTimeout(() => void load(cluster), PRELOAD_AFTER_MS).unref();
}

/** A file that is missing already is an error where it is needed. */
async function load(cluster: Pick<Cluster, 'preloadRecovery'>): Promise<void> {
  await Promise.allSettled([
    cluster.preloadRecovery(),
    import('../operations/delete-pod.ts'),
    import('../base/sanitise.ts'),
    import('./present/bug.ts'),
    import('./present/command-line.ts'),
    import('./present/failure.ts'),
    import('./present/outcome-words.ts'),
    import('./present/show-events.ts'),
    import('./messages/words-of.ts').then(({ ROOMS }) => Promise.all(ROOMS.map((room) => room()))),
  ]);
}
