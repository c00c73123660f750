import type { EncryptedCard, EntryMode, OpenCardRequest } from '@tsunagu/contracts';
import { CardDataInvalidError } from '../vault-errors.js';
import { objectOf, oneOf, requestText, textOf, uuidOf } from '../request-shape.js';

const ENTRY_MODES: readonly EntryMode[] = ['chip', 'contactless', 'stripe', 'keyed'];
/** Longest hex text of any part of a card: 4 KiB of ciphertext. */
const HEX_MAX = 8192;

/**
 * Read the body of an open request. Who asks is checked by the contract; what came from the reader gets the one answer.
 * @throws RequestShapeError, CardDataInvalidError
 */
export function readOpenRequest(body: unknown): OpenCardRequest {
  const fields = objectOf(body, 'body');
  const common = { tenantId: uuidOf(fields, 'tenantId'), terminalId: uuidOf(fields, 'terminalId') };
  const intent = requestText(fields, 'intent', 255);
  return {
    ...common,
    intent,
    requestId: requestText(fields, 'requestId', 200),
    tokenUses: oneOf({ tokenUses: 'multi', ...fields }, 'tokenUses', ['multi', 'single'] as const),
    card: readCard(objectOf(fields['card'], 'card')),
  };
}

function readCard(fields: Record<string, unknown>): EncryptedCard {
  try {
    return {
      format: oneOf(fields, 'format', ['dukpt_aes', 'dukpt_tdes']),
      entryMode: oneOf(fields, 'entryMode', ENTRY_MODES),
      ksn: textOf(fields['ksn'], 'ksn', 24),
      ciphertext: textOf(fields['ciphertext'], 'ciphertext', HEX_MAX),
      iv: optional(fields['iv'], 'iv', 64),
      mac: optional(fields['mac'], 'mac', 64),
      emv: optional(fields['emv'], 'emv', 2048),
      pinBlock:
        fields['pinBlock'] === undefined || fields['pinBlock'] === null
          ? undefined
          : readPin(objectOf(fields['pinBlock'], 'pinBlock')),
    };
  } catch {
    throw new CardDataInvalidError('request_shape'); // every fault inside the card reads the same
  }
}

/** @throws RequestShapeError */
export function readPin(fields: Record<string, unknown>): NonNullable<EncryptedCard['pinBlock']> {
  return {
    format: oneOf(fields, 'format', ['iso4', 'iso0']),
    ksn: textOf(fields['ksn'], 'ksn', 24),
    data: textOf(fields['data'], 'data', 32),
  };
}

function optional(value: unknown, field: string, lengthMax: number): string | undefined {
  return value === undefined || value === null ? undefined : textOf(value, field, lengthMax);
}
