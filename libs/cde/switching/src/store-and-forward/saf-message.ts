import type { IsoMessage } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';
import type { Desk } from '../desk.js';
import type { SafItem } from '../journal/journal.js';
import { messageIdentity, originalOf } from '../submit/submit-request.js';
import type { SwitchingPorts } from '../switching.js';

/** The entry lacks what its message needs: the account was erased, or the attempt it speaks of is gone. */
export class UnbuildableEntryError extends AppError {
  readonly code = 'unbuildable';
  readonly category = 'internal';

  constructor(lacks: string) {
    super('a store-and-forward entry cannot be built', { lacks });
  }
}

/** Build one copy: same names for ever, a new transmission time each time; a repeat says so in its MTI. */
export async function buildSafMessage(item: SafItem, desk: Desk, ports: SwitchingPorts): Promise<IsoMessage> {
  const { record, kind } = item;
  if (record.wire === null || record.order === null) throw new UnbuildableEntryError('message');
  if (record.sealedAccount === null) throw new UnbuildableEntryError('account');
  const original = originalOf(kind === 'reversal' ? record : item.original) ?? null;
  if (original === null && record.order.operation !== 'voice_sale') throw new UnbuildableEntryError('original');
  const envelope = { sad: null, account: record.sealedAccount };
  const { card, wipe } = await ports.envelopes.open(record.tenantId, envelope, desk.line.config);
  try {
    const identity = messageIdentity({ ...record.wire, stan: item.stan }, desk, ports.clock.now());
    const facts = { order: record.order, card, identity, original };
    if (kind === 'advice') return desk.connector.buildAdvice(facts, item.isRepeat);
    return desk.connector.buildReversal(facts, item.reasonCode, item.isRepeat);
  } finally {
    wipe();
  }
}
