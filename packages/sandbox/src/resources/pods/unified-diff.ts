/** Lines of context around a change. */
const CONTEXT = 3;
/** From this number of lines on, a match does not start at a frequent line. */
const POPULAR_FROM = 200;

interface Match {
  a: number;
  b: number;
  size: number;
}

/**
 * The hunks of a unified diff between two values as indented JSON, as the API server appends them to messages about
 * forbidden changes. The longest common blocks are matched first (Ratcliff-Obershelp).
 */
export function jsonDiff(before: unknown, after: unknown): string {
  const a = JSON.stringify(before, null, 1).split('\n');
  const b = JSON.stringify(after, null, 1).split('\n');
  return hunks(a, b, matchingBlocks(a, b)).join('');
}

function matchingBlocks(a: readonly string[], b: readonly string[]): Match[] {
  const places = new Map<string, number[]>();
  for (const [position, line] of b.entries()) {
    const known = places.get(line);
    if (known === undefined) places.set(line, [position]);
    else known.push(position);
  }
  if (b.length >= POPULAR_FROM) {
    const limit = Math.floor(b.length / 100) + 1;
    for (const [line, positions] of places) if (positions.length > limit) places.delete(line);
  }
  const matches: Match[] = [];
  const queue: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let range = queue.pop(); range !== undefined; range = queue.pop()) {
    const [aLow, aHigh, bLow, bHigh] = range;
    const match = longestMatch(a, b, places, range);
    if (match.size === 0) continue;
    matches.push(match);
    if (aLow < match.a && bLow < match.b) queue.push([aLow, match.a, bLow, match.b]);
    const aNext = match.a + match.size;
    const bNext = match.b + match.size;
    if (aNext < aHigh && bNext < bHigh) queue.push([aNext, aHigh, bNext, bHigh]);
  }
  matches.sort((left, right) => left.a - right.a || left.b - right.b);
  return [...matches, { a: a.length, b: b.length, size: 0 }];
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, number[]>,
  [aLow, aHigh, bLow, bHigh]: readonly [number, number, number, number],
): Match {
  let best: Match = { a: aLow, b: bLow, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i += 1) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  // A match may be extended by frequent lines.
  while (best.a > aLow && best.b > bLow && a[best.a - 1] === b[best.b - 1]) {
    best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
  }
  while (
    best.a + best.size < aHigh &&
    best.b + best.size < bHigh &&
    a[best.a + best.size] === b[best.b + best.size]
  ) {
    best = { ...best, size: best.size + 1 };
  }
  return best;
}

interface Change {
  aFrom: number;
  aTo: number;
  bFrom: number;
  bTo: number;
}

function hunks(a: readonly string[], b: readonly string[], matches: readonly Match[]): string[] {
  const changes: Change[] = [];
  let aFrom = 0;
  let bFrom = 0;
  for (const match of matches) {
    if (match.a > aFrom || match.b > bFrom) changes.push({ aFrom, aTo: match.a, bFrom, bTo: match.b });
    aFrom = match.a + match.size;
    bFrom = match.b + match.size;
  }
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && change.aFrom - last.aTo <= 2 * CONTEXT) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => hunk(a, b, group));
}

function hunk(a: readonly string[], b: readonly string[], group: readonly Change[]): string {
  const first = group[0] ?? { aFrom: 0, aTo: 0, bFrom: 0, bTo: 0 };
  const last = group.at(-1) ?? first;
  const aStart = Math.max(0, first.aFrom - CONTEXT);
  const bStart = Math.max(0, first.bFrom - CONTEXT);
  const aEnd = Math.min(a.length, last.aTo + CONTEXT);
  const bEnd = Math.min(b.length, last.bTo + CONTEXT);
  const lines = [`@@ -${range(aStart, aEnd)} +${range(bStart, bEnd)} @@`];
  let at = aStart;
  for (const change of group) {
    lines.push(...a.slice(at, change.aFrom).map((line) => ` ${line}`));
    lines.push(...a.slice(change.aFrom, change.aTo).map((line) => `-${line}`));
    lines.push(...b.slice(change.bFrom, change.bTo).map((line) => `+${line}`));
    at = change.aTo;
  }
  lines.push(...a.slice(at, aEnd).map((line) => ` ${line}`));
  return lines.map((line) => `${line}\n`).join('');
}

function range(from: number, to: number): string {
  const size = to - from;
  if (size === 1) return `${from + 1}`;
  return `${size === 0 ? from : from + 1},${size}`;
}
