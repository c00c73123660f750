import type { AddPinRequest, SealedAccount, SealedSad } from '@tsunagu/contracts';
import { readPin } from '../open/open-request.js';
import { matchOf, objectOf, requestText, uuidOf } from '../request-shape.js';
import { CardDataInvalidError } from '../vault-errors.js';

/** Longest sealed part: the one of a card and the one of its PIN. */
const SEALED_MAX = 16_384;

/** What the door takes: a card that is held can be sent again, so its sensitive part is there. */
export type HeldCardRequest = AddPinRequest & { readonly envelope: { readonly sad: SealedSad } };

/** Read the body. What came from the reader gets the one answer. @throws RequestShapeError, CardDataInvalidError */
export function readAddPinRequest(body: unknown): HeldCardRequest {
  const fields = objectOf(body, 'body');
  const envelope = objectOf(fields['envelope'], 'envelope');
  return {
    tenantId: uuidOf(fields, 'tenantId'),
    terminalId: uuidOf(fields, 'terminalId'),
    tokenId: uuidOf(fields, 'tokenId'),
    intent: requestText(fields, 'intent', 255),
    requestId: requestText(fields, 'requestId', 200),
    pinBlock: pinOf(fields['pinBlock']),
    envelope: {
      sad: sealedOf(envelope, 'sad') as SealedSad,
      account: sealedOf(envelope, 'account') as SealedAccount,
    },
  };
}

function pinOf(value: unknown): AddPinRequest['pinBlock'] {
  try {
    return readPin(objectOf(value, 'pinBlock'));
  } catch {
    throw new CardDataInvalidError('request_shape'); // every fault of what the reader sent reads the same
  }
}

function sealedOf(fields: Record<string, unknown>, part: 'sad' | 'account'): string {
  return matchOf(fields, part, new RegExp(`^${part}\\.[A-Za-z0-9+/=]{1,${SEALED_MAX}}$`), SEALED_MAX + part.length + 1);
}
