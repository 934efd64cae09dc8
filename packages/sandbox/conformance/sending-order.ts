import type { Recording } from './recording.ts';

/**
 * The order in which to send the steps: as recorded, except that requests that raced each other are sent in the order
 * in which the real server handled them.
 */
export function sendingOrder({ steps }: Recording): number[] {
  const served = steps.map(({ concurrent, response }, index) => {
    const { metadata } = (response.body ?? {}) as { metadata?: { resourceVersion?: string } };
    const isRacer = concurrent === true && response.events === undefined && response.websocket === undefined;
    const version = isRacer ? Number(metadata?.resourceVersion) : Number.NaN;
    return { index, version, isRacer: !Number.isNaN(version) };
  });
  const order: number[] = [];
  for (let start = 0; start < served.length;) {
    let end = start + 1;
    if (served[start]?.isRacer === true) while (served[end]?.isRacer === true) end += 1;
    const run = served.slice(start, end).toSorted((a, b) => (a.isRacer ? a.version - b.version : 0));
    order.push(...run.map(({ index }) => index));
    start = end;
  }
  return order;
}
