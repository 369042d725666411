/** Levenshtein's distance: how many characters must be put in, taken out or replaced. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [down, character] of Array.from(one).entries()) {
    const next = [down + 1];
    for (let across = 0; across < other.length; across += 1) {
      const replaced = (row[across] ?? 0) + (other[across] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[across + 1] ?? 0) + 1, (next[across] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The name that was probably meant: for a message about one that is unknown. */
export const nearest = (name: string, names: ReadonlyArray<string>): string =>
  names.toSorted((one, other) => distance(name, one) - distance(name, other))[0] ?? '';
