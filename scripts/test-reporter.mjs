// Prints tests like Node's own reporter, except skipped ones, which are listed at the end by reason.
import { relative } from 'node:path';
import { Readable } from 'node:stream';
import { spec } from 'node:test/reporters';

const root = new URL('..', import.meta.url).pathname;

export default async function* report(events) {
  /** Number of skipped tests by reason and file. */
  const skipped = new Map();
  yield* Readable.from(withoutSkipped(events, skipped)).pipe(new spec());
  if (skipped.size === 0) return;
  const total = [...skipped.values()].flatMap((files) => [...files.values()]).reduce((sum, n) => sum + n, 0);
  yield `\nnot run here: ${total}\n`;
  for (const [reason, files] of skipped) {
    yield `  ${reason}\n`;
    for (const [file, count] of files) yield `    ${String(count).padStart(4)}  ${file}\n`;
  }
}

/** Removes skipped tests from the events, with their start events, which come right before. */
async function* withoutSkipped(events, skipped) {
  let start;
  for await (const event of events) {
    if (event.type === 'test:pass' && event.data.skip !== undefined && event.data.skip !== false) {
      const reason = event.data.skip === true ? 'without a reason' : event.data.skip;
      const file = relative(root, event.data.file ?? '');
      const files = skipped.get(reason) ?? new Map();
      files.set(file, (files.get(file) ?? 0) + 1);
      skipped.set(reason, files);
      start = undefined;
      continue;
    }
    if (start !== undefined) yield start;
    start = undefined;
    if (event.type === 'test:start') start = event;
    else yield event;
  }
  if (start !== undefined) yield start;
}
