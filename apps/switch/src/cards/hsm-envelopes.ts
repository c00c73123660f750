import type { SealedEnvelope } from '@tsunagu/contracts';
import { zonePinKey, type EnvelopeOpener, type HsmProvider } from '@tsunagu/hsm';
import type { CardAtHand, LinkConfig } from '@tsunagu/links';
import { Sad } from '@tsunagu/kernel';
import type { LinkPinKeys } from './link-pin-keys.js';
import { Envelopes } from '@tsunagu/switching';

const KEY_ID_BYTES = 8;

/** Opens envelopes with the switch's own HSM session. It can open, and translate a PIN towards a link; it can do nothing else. */
export class HsmEnvelopes extends Envelopes {
  constructor(
    private readonly opener: EnvelopeOpener,
    private readonly hsm: HsmProvider,
    private readonly pinKeys: LinkPinKeys,
    /** Told about each sensitive part that is opened: the other half of what the vault counts when it opens a card. */
    private readonly onSadOpened: () => void,
  ) {
    super();
  }

  override async open(
    tenantId: string,
    envelope: SealedEnvelope,
    link: LinkConfig,
  ): Promise<{ card: CardAtHand; wipe(): void }> {
    const account = await this.opener.openAccount(tenantId, envelope.account);
    const sad = envelope.sad === null ? null : await this.opener.openSad(tenantId, envelope.sad);
    if (sad !== null) this.onSadOpened();
    const wipe = () => {
      account.wipe();
      sad?.wipe();
    };
    try {
      const pinBlock = sad?.pinBlock ?? null;
      const pin = pinBlock === null ? null : await this.#linkPin(pinBlock, sad?.pinKey, account.pan, link);
      const card: CardAtHand = {
        pan: account.pan.toString('latin1'),
        expiry: account.expiry,
        sequence: account.psn,
        track2: textOf(sad?.track2 ?? null),
        emv: sad?.emv ?? null,
        pin,
      };
      return { card, wipe };
    } catch (error) {
      wipe();
      throw error;
    }
  }

  /** Zone key to link key, inside the HSM. A link that takes no PIN gets none. */
  async #linkPin(
    sealed: Sad<Buffer>,
    zoneKey: string | undefined,
    pan: Buffer,
    link: LinkConfig,
  ): Promise<CardAtHand['pin']> {
    if (link.pin === null) return null;
    const { key, name } = this.pinKeys.current(link.name, link.pin.key);
    const { format } = link.pin;
    const into = { key, format };
    const from = zoneKey === undefined ? zonePinKey(this.hsm.name) : { provider: this.hsm.name, id: zoneKey };
    const translated = await this.hsm.translatePin({
      in: { key: from, format: 4, block: sealed.reveal() },
      out: into,
      pan,
    });
    const keyId = Buffer.alloc(KEY_ID_BYTES, 0x20);
    keyId.write(name.slice(0, KEY_ID_BYTES), 'latin1');
    return { block: new Sad(translated.block), format, keyId };
  }
}

function textOf(track2: Sad<Buffer> | null): Sad<string> | null {
  return track2 === null ? null : new Sad(track2.reveal().toString('latin1'));
}
