/** Number of single-character edits (insert, delete, replace, swap neighbours) between two words. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        cell(row - 1, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, cell(row - 2, column - 2) + 1);
      }
      rows[row]?.push(distance);
    }
  }
  return cell(a.length, b.length);
}

/** Share of a word's letters that may differ for it to count as a typo of another: 2 of 5. */
const SLIP = 0.4;

/** The candidate that `word` most likely means, or undefined if none is similar. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const starts = word.length >= 3 && candidate.startsWith(word);
    const distance = starts ? 0.5 : editDistance(word, candidate);
    if (
      distance <= Math.max(1, Math.floor(candidate.length * SLIP)) &&
      distance < (best?.distance ?? Infinity)
    ) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}
