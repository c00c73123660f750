/**
 * What happens to the answer on its way. `reset` hangs up: before anything is booked as a magic amount, after booking as a fault.
 * The others come after booking. `out_of_order` waits for the next answer, `trickle` writes byte by byte, `break_tls` spoils the records.
 */
export type Delivery =
  | 'send'
  | 'late_yes'
  | 'after_timeout'
  | 'lost'
  | 'duplicate'
  | 'cut'
  | 'garbage'
  | 'reset'
  | 'trickle'
  | 'out_of_order'
  | 'break_tls';

/** What the last three digits of an amount make the issuer do. */
export interface MagicOutcome {
  readonly actionCode: string;
  readonly delivery: Delivery;
  /** Approve half of the amount. */
  readonly isPartial?: boolean;
  /** Copies of the reversal that never arrive. */
  readonly deafToReversals?: number;
  /** Without a PIN the answer is 112. */
  readonly needsPin?: boolean;
}

const APPROVE: MagicOutcome = { actionCode: '000', delivery: 'send' };
const decline = (actionCode: string): MagicOutcome => ({ actionCode, delivery: 'send' });
const PICK_UP = decline('200');

/** Answers that an issuer gives as they are. */
const SAME_CODE = ['100', '101', '106', '107', '111', '116', '117', '118', '119', '120', '121', '125'];
const PICK_UPS = ['200', '201', '202', '203', '204', '205', '206', '207', '208', '209', '210'];

/** @source api-conventions.md §11 */
const TABLE: Readonly<Record<string, MagicOutcome>> = {
  ...Object.fromEntries([...SAME_CODE, ...PICK_UPS].map((code) => [code, decline(code)])),
  '802': decline('902'),
  '804': decline('904'),
  '807': decline('907'),
  '809': decline('909'),
  '811': decline('911'),
  '812': decline('912'),
  '813': decline('913'),
  '901': { actionCode: '000', delivery: 'late_yes' },
  '902': { actionCode: '000', delivery: 'lost' },
  '903': { actionCode: '000', delivery: 'after_timeout' },
  '904': { actionCode: '000', delivery: 'duplicate' },
  // The yes is lost, so a reversal must come; its original and two repeats get lost as well.
  '905': { actionCode: '000', delivery: 'lost', deafToReversals: 3 },
  '906': { actionCode: '002', delivery: 'send', isPartial: true },
  '907': { actionCode: '001', delivery: 'send' }, // approved with identification: the clerk compares the signature
  '908': { actionCode: '000', delivery: 'send', needsPin: true },
  '910': { actionCode: '000', delivery: 'reset' },
  '911': { actionCode: '000', delivery: 'cut' },
  '912': { actionCode: '000', delivery: 'garbage' },
};

/**
 * What an amount means to the simulated issuer. Amounts without a meaning are approved.
 * @param amountMinor minor units of any currency; the last three digits decide
 * @example magicOutcome(1116).actionCode // '116'
 */
export function magicOutcome(amountMinor: number): MagicOutcome {
  const ending = String(amountMinor % 1000).padStart(3, '0');
  return TABLE[ending] ?? (ending.startsWith('2') ? PICK_UP : APPROVE);
}
