import { invariant } from '@tsunagu/kernel';

/** Something of either side; without a reference it comes before all that have one. */
interface Referenced {
  readonly reference: string | null;
}

/** Everything that both sides hold under one reference. What has no reference comes one by one. */
export interface ReferencePair<Mine, Theirs> {
  readonly mine: readonly Mine[];
  readonly theirs: readonly Theirs[];
}

/**
 * Walk two sorted streams side by side.
 * @param mine sorted by reference in byte order, null first
 * @param theirs sorted by reference in byte order
 * @throws InvariantError one of them is not sorted: a pair could be missed
 */
export async function* mergeByReference<Mine extends Referenced, Theirs extends Referenced>(
  mine: AsyncIterable<Mine>,
  theirs: AsyncIterable<Theirs>,
): AsyncGenerator<ReferencePair<Mine, Theirs>> {
  const [ours, issuers] = [groups(mine), groups(theirs)];
  let [left, right] = [await ours.next(), await issuers.next()];
  while (left.done !== true || right.done !== true) {
    const order = compare(left.done === true ? undefined : left.value, right.done === true ? undefined : right.value);
    yield {
      mine: order <= 0 && left.done !== true ? left.value : [],
      theirs: order >= 0 && right.done !== true ? right.value : [],
    };
    if (order <= 0) left = await ours.next();
    if (order >= 0) right = await issuers.next();
  }
}

/** Which group comes first; a side that has ended comes last. Nothing is equal to what has no reference. */
function compare(left: readonly Referenced[] | undefined, right: readonly Referenced[] | undefined): number {
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  const [mine, theirs] = [left[0]!.reference, right[0]!.reference];
  if (mine === null) return -1;
  if (theirs === null) return 1;
  return mine === theirs ? 0 : mine < theirs ? -1 : 1;
}

/** Neighbours of one reference; each without a reference alone. */
async function* groups<Item extends Referenced>(items: AsyncIterable<Item>): AsyncGenerator<Item[], undefined> {
  let group: Item[] = [];
  for await (const item of items) {
    const last = group[0]?.reference;
    if (last !== undefined && last === item.reference && last !== null) {
      group.push(item);
      continue;
    }
    const isSorted = last === undefined || last === null || (item.reference !== null && last < item.reference);
    invariant(isSorted, 'both books come sorted by reference');
    if (group.length > 0) yield group;
    group = [item];
  }
  if (group.length > 0) yield group;
  return undefined;
}
