import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '@tsunagu/platform';
import { canonical } from '../idempotency/intent.js';
import { RequestError } from '../problem/request-error.js';

/** The edge of a page: rows older than `beforeId`, or newer than `afterId`. */
export interface PageEdge {
  readonly beforeId?: string;
  readonly afterId?: string;
}

const FORM = /^([ba])\.([0-9a-f-]{36})\.([A-Za-z0-9_-]{22})$/;
const TAG_BYTES = 16;

/**
 * Opaque, signed cursors: bound to the tenant and to the filters of the list, so that no client makes one up
 * and none is used on another list. The key comes from the house's lasting secret: a cursor outlives a restart and holds on
 * every api process.
 */
@Injectable()
export class PageCursor {
  readonly #key: Buffer;

  constructor(config: AppConfig) {
    this.#key = createHmac('sha256', config.hexKey('API_KEY_PEPPER', 32).reveal()).update('page-cursor').digest();
  }

  write(scope: object, edge: PageEdge): string {
    const text = edge.beforeId === undefined ? `a.${edge.afterId ?? ''}` : `b.${edge.beforeId}`;
    return Buffer.from(`${text}.${this.tag(scope, text).toString('base64url')}`).toString('base64url');
  }

  /** @throws RequestError `cursor_invalid` */
  read(scope: object, cursor: string): PageEdge {
    const [, side, id, tag] = FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
    if (side === undefined || id === undefined || tag === undefined) throw new RequestError('cursor_invalid');
    const expected = this.tag(scope, `${side}.${id}`);
    if (!timingSafeEqual(expected, Buffer.from(tag, 'base64url'))) throw new RequestError('cursor_invalid');
    return side === 'b' ? { beforeId: id } : { afterId: id };
  }

  private tag(scope: object, text: string): Buffer {
    return createHmac('sha256', this.#key)
      .update(canonical(scope))
      .update('\n')
      .update(text)
      .digest()
      .subarray(0, TAG_BYTES);
  }
}
