import type { SealedEnvelope } from '@tsunagu/contracts';
import type { EnvelopeSealer, OpenedSad } from '@tsunagu/hsm';
import type { Sad } from '@tsunagu/kernel';
import type { CardAtHand } from '@tsunagu/links';
import type { Statement, Tx } from '@tsunagu/platform';
import type { JournalEntry } from '@tsunagu/switching';

/** Every way from sensitive authentication data to a row. None may compile. */
export function store(tx: Tx, into: Statement, sad: OpenedSad, card: CardAtHand): void {
  tx.send(into, [sad.track2]); // refused
  tx.send(into, [sad.emv]); // refused
  tx.send(into, [sad.pinBlock]); // refused
  tx.send(into, ['beside an innocent value', card.track2]); // refused
  tx.send(into, [card.pin?.block]); // refused
}

export const inJournal = (entry: JournalEntry, sealed: SealedEnvelope): JournalEntry => ({
  ...entry,
  sealedAccount: sealed.sad, // refused
});

export const asAccount = (envelope: SealedEnvelope, track2: Sad<string>): SealedEnvelope => ({
  ...envelope,
  account: track2, // refused
});

export const sealedAsAccount = (sealer: EnvelopeSealer, track2: Sad<Buffer>): unknown =>
  sealer.seal('tenant', { sad: null, account: { pan: track2, expiry: null, psn: null } }); // refused
