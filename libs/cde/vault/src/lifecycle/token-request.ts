import type { PageAsked, TokenRequest } from '@tsunagu/contracts';
import { objectOf, requestText, uuidOf, wholeOf } from '../request-shape.js';

/** @throws RequestShapeError */
export function tokenRequestOf(fields: Record<string, unknown>): TokenRequest {
  return {
    tenantId: uuidOf(fields, 'tenantId'),
    tokenId: uuidOf(fields, 'tokenId'),
    requestId: requestText(fields, 'requestId', 200),
  };
}

/** @throws RequestShapeError */
export function pageOf(fields: Record<string, unknown>): PageAsked {
  const page = objectOf(fields['page'], 'page');
  return {
    limit: wholeOf(page, 'limit', { min: 1, max: 100 }),
    beforeId: page['beforeId'] === undefined ? undefined : uuidOf(page, 'beforeId'),
    afterId: page['afterId'] === undefined ? undefined : uuidOf(page, 'afterId'),
  };
}
