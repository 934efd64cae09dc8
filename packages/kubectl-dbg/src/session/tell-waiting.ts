import type { Waiting } from './connection.ts';
import type { SessionContext } from './session-context.ts';

/** The first and maximum interval between two lines about one wait, in ms; it doubles. */
const LINE_MS = 1_000;
const LINE_LIMIT_MS = 60_000;

/**
 * Shows that a stream is pending: in the terminal's title while the container has the terminal, otherwise by lines at
 * growing intervals. A reason is told in one line, however often it is met.
 */
export function tellWaiting(session: SessionContext, what: string): (waiting: Waiting) => void {
  let nextLine = -Infinity;
  let gap = LINE_MS;
  const told = new Set<string>();
  return ({ again, waited, failure, because }) => {
    const { terminal, clock } = session;
    const seconds = Math.round(waited / 1000);
    const since = seconds > 0 ? ` for ${seconds} s` : '';
    const reason = failure?.brief ?? failure?.message;
    if (terminal.taken) {
      const why = reason === undefined ? '' : ` (${reason})`;
      terminal.showStatus(`kubectl dbg: ${what}: connection lost, trying again${since}${why}`);
      return;
    }
    const news = reason === undefined || told.has(reason) ? undefined : reason;
    if (news === undefined && clock.now() < nextLine) return;
    // A try that fails as the one before is no news; how long it has been is told by silence.
    if (news === undefined && because === 'retry' && reason !== undefined && !again) return;
    if (news !== undefined) told.add(news);
    nextLine = clock.now() + gap;
    gap = Math.min(gap * 2, LINE_LIMIT_MS);
    const why = news === undefined ? '' : ` (${news})`;
    if (again) session.notify('reattach', `the connection to ${what} broke: trying again${since}${why}`);
    else if (because === 'retry') session.notify('attach-retry', `${news ?? what}: trying again`);
    else session.notify('attach-waits', `waiting${since} for ${awaited(session, what)}${why}`);
  };
}

function awaited({ options: { cluster } }: SessionContext, what: string): string {
  const plugin = cluster.runningPlugin();
  return plugin === undefined
    ? `${cluster.server} to connect to ${what}`
    : `the credential plugin ${plugin}, to connect to ${what}`;
}
