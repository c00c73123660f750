/** Version of the tables below, for the record beside a stored code. */
export const UNIONPAY_TABLES = { version: '2026-11-01', source: 'iso8583-1993.md §18.2 and §18.3' } as const;

/** Two-character answers (field 39) to action codes of 1993. @source iso8583-1993.md §18.3 */
const ACTION_CODES: Readonly<Record<string, string>> = {
  '00': '000',
  '01': '107',
  '02': '108',
  '03': '109',
  '04': '200',
  '05': '100',
  '07': '207',
  '12': '902',
  '13': '110',
  '14': '111',
  '15': '908',
  '22': '909',
  '25': '914',
  '30': '904',
  '33': '201',
  '34': '202',
  '36': '204',
  '38': '206',
  '40': '115',
  '41': '208',
  '42': '114',
  '43': '209',
  '51': '116',
  '54': '101',
  '55': '117',
  '57': '119',
  '58': '120',
  '59': '102',
  '61': '121',
  '62': '104',
  '63': '122',
  '64': '110',
  '65': '123',
  '68': '911',
  '75': '106',
  '90': '906',
  '91': '912',
  '92': '908',
  '94': '913',
  '96': '909',
  '97': '109',
  '98': '911',
  '99': '126',
  A0: '916',
};

/**
 * What a two-character answer means in action codes; the raw code is kept beside it.
 * @returns undefined for a code outside the table: in doubt, neither a yes nor a no
 * @example unionPayActionCode('51') // '116'
 */
export function unionPayActionCode(answer: string): string | undefined {
  return Object.hasOwn(ACTION_CODES, answer) ? ACTION_CODES[answer] : undefined;
}

/** One kind of transaction: what its request carries. */
export interface UnionPayTransaction {
  readonly operation:
    | 'balance'
    | 'pre-auth'
    | 'pre-auth cancel'
    | 'pre-auth completion'
    | 'completion cancel'
    | 'purchase'
    | 'purchase cancel'
    | 'refund';
  /** MTI of the request. */
  readonly mti: string;
  /** Field 3. */
  readonly processingCode: string;
  /** Field 25. */
  readonly conditionCode: string;
  /** The first two digits of field 60. */
  readonly transactionType: string;
  readonly isReversible: boolean;
}

type Row = readonly [UnionPayTransaction['operation'], string, string, string, string, boolean];

/** @source POS message field guide (中国银联POS终端消息域说明), 2002, as in iso8583-1993.md §18.2 */
const ROWS: readonly Row[] = [
  ['balance', '0200', '310000', '00', '01', false],
  ['pre-auth', '0100', '030000', '06', '10', true],
  ['pre-auth cancel', '0100', '200000', '06', '11', true],
  ['pre-auth completion', '0200', '000000', '06', '20', true],
  ['completion cancel', '0200', '200000', '06', '21', true],
  ['purchase', '0200', '000000', '00', '22', true],
  ['purchase cancel', '0200', '200000', '00', '23', true],
  ['refund', '0220', '200000', '00', '25', false],
];

export const UNIONPAY_TRANSACTIONS: readonly UnionPayTransaction[] = ROWS.map(
  ([operation, mti, processingCode, conditionCode, transactionType, isReversible]) => ({
    operation,
    mti,
    processingCode,
    conditionCode,
    transactionType,
    isReversible,
  }),
);

/** Which transaction a request or its answer is, by MTI, 3, 25 and 60.1; undefined when the table has no such combination. */
export function unionPayTransaction(message: {
  readonly mti: string;
  text(field: number): string | undefined;
}): UnionPayTransaction | undefined {
  const asked =
    message.mti.slice(0, 2) + (message.mti[2] === '1' ? '0' : message.mti[2] === '3' ? '2' : message.mti[2]);
  return UNIONPAY_TRANSACTIONS.find(
    (one) =>
      one.mti === `${asked}0` &&
      one.processingCode === message.text(3) &&
      (!message.text(25) || one.conditionCode === message.text(25)) &&
      one.transactionType === message.text(60)?.slice(0, 2),
  );
}
