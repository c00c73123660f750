import type { PageCursor, PageEdge } from './page-cursor.js';

/** The head of every list. */
export interface Page<T> {
  readonly object: 'list';
  readonly data: T[];
  readonly has_more: boolean;
  readonly next_cursor: string | null;
  readonly prev_cursor: string | null;
}

/**
 * Cursors around a page of rows, newest first unless `oldestFirst`.
 * `hasMore` speaks of the direction that was asked for: a page read backwards always has an older neighbour.
 */
export function pageOf<Row extends { readonly id: string }, T>(
  read: { data: readonly Row[]; hasMore: boolean },
  asked: { cursor: PageCursor; scope: object; edge: PageEdge; oldestFirst?: boolean },
  present: (row: Row) => T,
): Page<T> {
  const { data, hasMore } = read;
  const [onward, back] =
    asked.oldestFirst === true ? (['afterId', 'beforeId'] as const) : (['beforeId', 'afterId'] as const);
  const isBackwards = asked.edge[back] !== undefined;
  const isFirst = !isBackwards && asked.edge[onward] === undefined;
  const at = (row: Row | undefined, side: 'beforeId' | 'afterId') =>
    row === undefined ? null : asked.cursor.write(asked.scope, { [side]: row.id });
  return {
    object: 'list',
    data: data.map(present),
    has_more: hasMore,
    next_cursor: hasMore || isBackwards ? at(data.at(-1), onward) : null,
    prev_cursor: isFirst || (isBackwards && !hasMore) ? null : at(data[0], back),
  };
}
