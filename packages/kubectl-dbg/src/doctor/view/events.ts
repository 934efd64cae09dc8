import type { Occurrence } from '../evidence.ts';
import type { Fact } from '../finding.ts';

/** Events about one object, newest first. */
export class EventList {
  readonly object: string;
  readonly all: readonly Occurrence[];

  constructor(object: string, all: readonly Occurrence[]) {
    this.object = object;
    this.all = all;
  }

  /** The newest event with one of these reasons whose message matches. */
  find(reasons: string | readonly string[], pattern?: RegExp): Occurrence | undefined {
    const wanted = typeof reasons === 'string' ? [reasons] : reasons;
    return this.all.find(
      ({ reason, message }) => wanted.includes(reason) && (pattern === undefined || pattern.test(message)),
    );
  }

  /** The newest event with one of these reasons that `choose` accepts. */
  where(reasons: readonly string[], choose: (event: Occurrence) => boolean): Occurrence | undefined {
    return this.all.find((event) => reasons.includes(event.reason) && choose(event));
  }

  fact(event: Occurrence): Fact {
    const times = event.count > 1 ? ` (${event.count} times)` : '';
    return { object: this.object, path: `event ${event.reason}`, value: `${event.message}${times}` };
  }
}
