/** Whether `whole` consists of `a` and `b` read in turn, line by line: each line once, in the order of its stream. */
export function isReadInTurn(whole: Buffer, a: Buffer, b: Buffer): boolean {
  if (whole.length !== a.length + b.length) return false;
  const lines = linesOf(whole);
  const first = linesOf(a);
  const second = linesOf(b);
  // The possible numbers of lines of the first stream read so far; the others are of the second one.
  let states = new Set([0]);
  for (const [at, line] of lines.entries()) {
    const next = new Set<number>();
    for (const taken of states) {
      if (first[taken] === line) next.add(taken + 1);
      if (second[at - taken] === line) next.add(taken);
    }
    if (next.size === 0) return false;
    states = next;
  }
  return states.has(first.length);
}

function linesOf(data: Buffer): string[] {
  return data.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
