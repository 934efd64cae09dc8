const NS_PER_MS = 1_000_000n;

let last = 0n;

/**
 * The end of an Event's name: the time in ns, in hex. Later ones are greater, whichever component asks: names of Events
 * sort by time.
 */
export function eventStamp(now: Date): string {
  const time = BigInt(now.getTime()) * NS_PER_MS;
  last = time > last ? time : last + 1n;
  return last.toString(16);
}
