/** The word that takes the fewest changes to become another, if that is no more than half of it. */
export function closestTo(word: string, words: readonly string[]): string | undefined {
  const ranked = words.map((other) => ({ other, changes: changesBetween(word, other) }))
    .toSorted((a, b) => a.changes - b.changes);
  const [best] = ranked;
  return best && best.changes <= best.other.length / 2 ? best.other : undefined;
}

/** Letters put in, left out or exchanged (Levenshtein's distance, by Wagner and Fischer's table). */
function changesBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
