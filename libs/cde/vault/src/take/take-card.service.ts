import { Injectable } from '@nestjs/common';
import type { OpenCardAnswer, TakeCardRequest } from '@tsunagu/contracts';
import { TlvFormatError, encodeTlv, readClearTags } from '@tsunagu/emv';
import { CardFormatError, EnvelopeSealer, PayloadReader, type CardContent } from '@tsunagu/hsm';
import { Clock, Sad } from '@tsunagu/kernel';
import { Transactions } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { CardKeys } from '../keys/card-keys.js';
import { displayOf } from '../token/card-display.js';
import { CardRepository, type NewCard } from '../token/card.repository.js';
import { newCard } from '../token/new-card.js';
import { CardDataInvalidError } from '../vault-errors.js';

/** Where a card taken in the clear is kept, and how that is written down. */
@Injectable()
export class TakenCards {
  constructor(
    private readonly transactions: Transactions,
    private readonly cards: CardRepository,
    private readonly audit: AuditLog,
  ) {}

  /** Token and audit row commit together. */
  keep(request: TakeCardRequest, card: NewCard): Promise<string> {
    const { tenantId, terminalId, requestId } = request;
    return this.transactions.run({ tenantId }, async (tx) => {
      const { tokenId } = await this.cards.findOrMake(tx, card);
      const what = { tenantId, operation: 'take', result: 'tokenized', requestId, terminalId, tokenId } as const;
      this.audit.record(tx, what);
      return tokenId;
    });
  }
}

/**
 * Tokenizes a card that came in the clear by the line of a merchant's payment server. No reader vouches for it: the line's contract
 * does. From here on it is like any other: a token, and an envelope that only the switch can open.
 */
@Injectable()
export class TakeCardService {
  constructor(
    private readonly sealer: EnvelopeSealer,
    private readonly keys: CardKeys,
    private readonly taken: TakenCards,
    private readonly clock: Clock,
  ) {}

  /** @throws CardDataInvalidError anything wrong with the card, one answer for all; HsmError, DatabaseError */
  async take(request: TakeCardRequest): Promise<OpenCardAnswer> {
    const content = contentOf(request);
    let emv: Sad<Buffer> | null = null;
    try {
      emv = emvOf(request.emv);
      const { tenantId, requestId, intent, entryMode: entry } = request;
      const sad = { track2: content.track2, emv, pinBlock: null, entry };
      const [fingerprint, envelope] = await Promise.all([
        this.keys.fingerprints.ofPan(tenantId, content.pan),
        this.sealer.seal(tenantId, { sad, account: content }),
      ]);
      const key = await this.keys.data.current(tenantId); // asked for last: it is used in the tick in which it comes
      const made = { tenantId, requestId, intent, uses: 'multi', at: this.clock.now() } as const;
      const card = newCard(made, content, fingerprint, key);
      return { tokenId: await this.taken.keep(request, card), card: displayOf(card.face, card.at), envelope };
    } finally {
      content.wipe();
      emv?.reveal().fill(0);
    }
  }
}

/** Track 2 goes before the number: it says the same and more. */
function contentOf({ track2, pan, expiry }: TakeCardRequest): CardContent {
  const plain =
    track2 === undefined
      ? Buffer.from(`${pan ?? ''}=${expiry ?? ''}`, 'latin1')
      : Buffer.from(`;${track2.replace('D', '=')}?`, 'latin1');
  try {
    return PayloadReader.readPlain(track2 === undefined ? 'PAN_ENTRY' : 'TRACK2_ASCII', plain);
  } catch (error) {
    if (error instanceof CardFormatError) throw new CardDataInvalidError('content');
    throw error;
  } finally {
    plain.fill(0);
  }
}

function emvOf(hex: string | undefined): Sad<Buffer> | null {
  if (hex === undefined) return null;
  try {
    return new Sad(encodeTlv(readClearTags(hex)));
  } catch (error) {
    if (error instanceof TlvFormatError) throw new CardDataInvalidError('clear_card_data');
    throw error;
  }
}
