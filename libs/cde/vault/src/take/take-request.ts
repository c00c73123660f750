import type { TakeCardRequest } from '@tsunagu/contracts';
import { objectOf, oneOf, requestText, textOf, uuidOf } from '../request-shape.js';
import { CardDataInvalidError } from '../vault-errors.js';

/** Read the body of a card in the clear. What is wrong with the card gets the one answer. @throws RequestShapeError, CardDataInvalidError */
export function readTakeRequest(body: unknown): TakeCardRequest {
  const fields = objectOf(body, 'body');
  return {
    tenantId: uuidOf(fields, 'tenantId'),
    terminalId: uuidOf(fields, 'terminalId'),
    intent: requestText(fields, 'intent', 255),
    requestId: requestText(fields, 'requestId', 200),
    entryMode: oneOf(fields, 'entryMode', ['chip', 'contactless', 'stripe', 'keyed']),
    pan: cardText(fields['pan'], 19),
    expiry: cardText(fields['expiry'], 4),
    track2: cardText(fields['track2'], 37),
    emv: cardText(fields['emv'], 510),
  };
}

function cardText(value: unknown, lengthMax: number): string | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    return textOf(value, 'card', lengthMax);
  } catch {
    throw new CardDataInvalidError('request_shape');
  }
}
