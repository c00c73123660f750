import type { OpenCardAnswer } from '@tsunagu/contracts';
import { HqCardDoor, type HqCard } from '@tsunagu/acceptor';
import type { VaultClient } from '@tsunagu/platform';

/** Cards of the lines that come in, opened by the vault. Nothing of a card is kept here, and nothing of it in the clear anywhere. */
export class VaultCards extends HqCardDoor {
  constructor(private readonly vault: VaultClient) {
    super();
  }

  /** @throws RemoteError */
  override open(
    asked: { tenantId: string; terminalId: string; intent: string; requestId: string },
    card: HqCard,
  ): Promise<OpenCardAnswer> {
    if (card.form === 'dukpt') return this.vault.open({ ...asked, card: card.card });
    const { entryMode, pan, expiry, track2, emv } = card;
    return this.vault.take({
      ...asked,
      entryMode,
      pan: pan?.reveal(),
      expiry: expiry?.reveal(),
      track2: track2?.reveal(),
      emv: emv?.toString('hex').toUpperCase(),
    });
  }
}
