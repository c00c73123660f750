import { checkAmountMinor } from '@tsunagu/kernel';

/** Plan of accounts. Memo accounts hold promises (仮売上), the others money. */
export const ACCOUNTS = {
  /** What issuers hold for us on cardholders' lines. */
  authorizedHold: 'memo:authorized_hold',
  authorizedHoldContra: 'memo:authorized_hold_contra',
  /** What issuers owe for captured sales. */
  issuerReceivable: 'asset:issuer_receivable',
  /** What we owe merchants for captured sales. */
  merchantPayable: 'liability:merchant_payable',
} as const;
export type Account = (typeof ACCOUNTS)[keyof typeof ACCOUNTS];

/** Movements of money, and of promises of money. */
export type MovementKind = 'authorize' | 'release' | 'sale' | 'capture' | 'overcapture' | 'refund' | 'void';

export interface Movement {
  readonly kind: MovementKind;
  readonly amountMinor: number;
  readonly attemptId: string;
}

export interface Posting {
  readonly movement: MovementKind;
  readonly attemptId: string;
  readonly account: Account;
  readonly side: 'debit' | 'credit';
  readonly amountMinor: number;
}

type Entry = readonly [debit: Account, credit: Account];
const HOLD: Entry = [ACCOUNTS.authorizedHold, ACCOUNTS.authorizedHoldContra];
const RELEASE: Entry = [ACCOUNTS.authorizedHoldContra, ACCOUNTS.authorizedHold];
const EARN: Entry = [ACCOUNTS.issuerReceivable, ACCOUNTS.merchantPayable];
const GIVE_BACK: Entry = [ACCOUNTS.merchantPayable, ACCOUNTS.issuerReceivable];

/** What each movement debits and credits. */
const ENTRIES: Readonly<Record<MovementKind, readonly Entry[]>> = {
  authorize: [HOLD],
  release: [RELEASE],
  sale: [EARN],
  capture: [RELEASE, EARN],
  overcapture: [EARN],
  refund: [GIVE_BACK],
  void: [GIVE_BACK],
};

/**
 * Postings of one movement; debits and credits are equal by construction of the table.
 * @throws InvariantError the amount is not between 1 and 12 digits
 */
export function postingsFor(movement: Movement): Posting[] {
  const amountMinor = checkAmountMinor(movement.amountMinor, 1);
  const line = (account: Account, side: Posting['side']): Posting => ({
    movement: movement.kind,
    attemptId: movement.attemptId,
    account,
    side,
    amountMinor,
  });
  return ENTRIES[movement.kind].flatMap(([debit, credit]) => [line(debit, 'debit'), line(credit, 'credit')]);
}
