/** The order of images: pure rules. */

/** The list with the item at `from` moved to `to`. */
export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const result = [...items];
  const [item] = result.splice(from, 1);
  if (item !== undefined) result.splice(to, 0, item);
  return result;
}

/**
 * Their order with my relative order in it: items that only they have keep their places, the
 * other places are filled as I have ordered them.
 */
export function merged<Item>(mine: readonly Item[], theirs: readonly Item[]): Item[] {
  const present = new Set(theirs);
  const known = new Set(mine);
  const ordered = mine.filter((each) => present.has(each)).values();
  return theirs.map((each) => (known.has(each) ? (ordered.next().value as Item) : each));
}

export function same<Item>(one: readonly Item[], other: readonly Item[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
